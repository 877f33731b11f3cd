import * as format from "./format.js";

/** @type {(id: string) => any} */
const part = (id) => document.getElementById(id);
const write = (id, text) => {
  const node = part(id);
  if (node.textContent !== text) {
    node.textContent = text;
  }
};

const BADGES = {
  asking: "Waiting for your permission",
  idle: "No camera or microphone",
  ready: "Ready",
  connecting: "Connecting",
  live: "Live",
  stopping: "Finishing",
  ended: "Stream ended",
  failed: "Not live",
};

const BUTTONS = {
  connecting: "Cancel",
  live: "Stop",
  stopping: "Finishing …",
};

/** Shows what the page is doing. It holds no state of its own. */
export const view = {
  part,

  /** @param {keyof typeof BADGES} state */
  state(state) {
    const onAir = state === "live" || state === "stopping";
    const busy = onAir || state === "connecting";
    const badge = part("state");
    badge.dataset.state = state;
    write("state", BADGES[state]);
    write("go", BUTTONS[state] ?? "Go live");
    part("go").dataset.action = busy ? "stop" : "go";
    part("go").disabled = state === "stopping" || state === "asking";
    part("on-air").hidden = !onAir;
    for (const id of ["camera", "microphone", "key"]) {
      part(id).disabled = busy || state === "asking";
    }
    document.title = `${state === "live" ? "● Live" : "Go live"} · Sluice`;
  },

  /** @param {import("./failures.js").Failure | null} failure */
  failure(failure) {
    part("failure").hidden = !failure;
    write("failure-message", failure?.message ?? "");
    write("failure-advice", failure?.advice ?? (failure?.retryable ? "You can try again." : ""));
    write("failure-code", failure?.code ?? "");
    if (failure) {
      // On a phone the button is below what it has to say.
      part("failure").scrollIntoView({ block: "nearest" });
    }
  },

  /** @param {string} text empty for none */
  notice(text) {
    part("notice").hidden = text === "";
    write("notice", text);
  },

  /** @param {MediaStream | null} stream */
  preview(stream) {
    part("preview").srcObject = stream;
    const picture = Boolean(stream?.getVideoTracks().length);
    part("preview-empty").hidden = picture;
    write("preview-empty", stream ? "Sound only" : "No picture yet");
  },

  /**
   * @param {"camera" | "microphone"} id
   * @param {{value: string, label: string}[]} choices
   * @param {string} chosen
   */
  picker(id, choices, chosen) {
    part(id).replaceChildren(...choices.map(({ value, label }) => new Option(label, value)));
    part(id).value = chosen;
    if (part(id).selectedIndex < 0) {
      part(id).selectedIndex = 0;
    }
  },

  /** @param {boolean} shown */
  key(shown) {
    part("key").dataset.shown = String(shown);
    write("key-shown", shown ? "Hide" : "Show");
    part("key-shown").setAttribute("aria-label", shown ? "Hide stream key" : "Show stream key");
  },

  /** @param {string | null} path null where nothing can be watched */
  watch(path) {
    part("watch").hidden = path === null;
    if (path !== null) {
      part("watch-link").href = path;
    }
  },

  /** @param {string} text */
  about(text) {
    write("about", text);
  },

  /**
   * @param {import("./publication.js").Publication} publication
   * @param {number} nowMs
   * @param {number | undefined} bitsPerSecond measured on this side
   */
  numbers(publication, nowMs, bitsPerSecond) {
    const { opened, progress, ended, liveSinceMs } = publication;
    part("facts").hidden = !opened;
    write("duration", format.duration(liveSinceMs === null ? 0 : nowMs - liveSinceMs));
    write("handling", format.handling(opened ?? {}));
    write("mime-type", publication.recordedAs || "–");
    write("sending", format.bitRate(bitsPerSecond));
    write("waiting", format.seconds(publication.waitingMs));
    write("accepted", format.bytes(ended?.acceptedBytes ?? progress?.acceptedBytes));
    write("queued", format.bytes(ended ? 0 : progress?.queuedBytes));
    write("output", format.bitRate(progress?.bitsPerSecond));
    write("frame-rate", format.frameRate(progress?.framesPerSecond));
    write("speed", format.speed(progress?.speed));
    write("dropped", format.count(progress?.droppedFrames));
  },
};
