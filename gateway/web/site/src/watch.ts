import { readConfig } from "./config.js";
import { configUrl, playlistUrl, watchedKey } from "./urls.js";
import { part, visible, write } from "./view/dom.js";
import { GatewayClock } from "./playback/gateway-clock.js";
import { chooseStart } from "./playback/player.js";
import { Viewer, type ViewerState } from "./playback/viewer.js";
import { seconds } from "./text/format.js";

const DELAY_EVERY_MS = 1_000;
const COMPARE_EVERY_MS = 15_000;
const FIRST_COMPARISONS = 3;

const BADGES: Record<ViewerState, string> = {
  looking: "Looking for the stream",
  waiting: "Waiting",
  loading: "Loading",
  playing: "Live",
  ended: "Ended",
  interrupted: "Interrupted",
  unplayable: "Cannot play",
};

const MESSAGES: Record<ViewerState, string> = {
  looking: "Looking for the stream …",
  waiting: "Waiting for the stream to start. It will play here by itself.",
  loading: "Loading …",
  playing: "",
  ended: "The stream has ended. A new one will play here by itself.",
  interrupted: "The stream was interrupted. It will go on here by itself.",
  unplayable:
    "This browser cannot play live streams. Use a current Chrome, Edge, Firefox or Safari.",
};

const video = part<HTMLVideoElement>("video");

function show(state: ViewerState) {
  const playing = state === "playing";
  part("state").dataset.state = playing ? "live" : state;
  write("state", BADGES[state]);
  visible("message", !playing);
  write("message-text", MESSAGES[state]);
  visible("spinner", state !== "ended" && state !== "unplayable");
  visible("unmute", playing && video.muted);
  part<HTMLButtonElement>("edge").disabled = !playing;
}

/**
 * How old the picture on show is: the gateway's clock now, less when it was taken. FFmpeg dates the first picture at
 * the moment it has it, and all others by their distance from that; so what is missing is how long that first one was
 * on its way, and nothing that the network does later falsifies the rest.
 */
function showDelay(viewer: Viewer, clock: GatewayClock) {
  const takenAtMs = viewer.state === "playing" ? viewer.player?.takenAtMs() : undefined;
  const now = clock.nowMs;
  const isKnown = takenAtMs !== undefined && now !== undefined;
  visible("delay", isKnown);
  if (isKnown) {
    write("delay-value", seconds(now - takenAtMs));
  }
}

async function keepComparing(clock: GatewayClock) {
  for (let i = 0; i < FIRST_COMPARISONS; i++) {
    await clock.compare();
  }
  setInterval(() => void clock.compare(), COMPARE_EVERY_MS);
}

async function main() {
  const key = watchedKey(location.href);
  write("title", key);
  document.title = `${key} · Sluice`;
  video.muted = true;
  const start = await chooseStart(video);
  if (!start) {
    show("unplayable");
    return;
  }
  const viewer = new Viewer({ video, playlist: playlistUrl(location.href), start });
  viewer.addEventListener("state", () => show(viewer.state));
  video.addEventListener("volumechange", () => show(viewer.state));
  part("unmute").addEventListener("click", () => {
    video.muted = false;
    video.volume = video.volume || 1;
    video.focus();
  });
  part("edge").addEventListener("click", () => {
    viewer.player?.toLiveEdge();
    video.play().catch(() => {});
  });
  const config = configUrl(location.href);
  const clock = new GatewayClock(async () => (await readConfig(config))?.nowMs);
  void keepComparing(clock);
  setInterval(() => showDelay(viewer, clock), DELAY_EVERY_MS);
  void viewer.look();
}

void main();
