import { ANY, NONE, capture, choices } from "./capture.js";
import * as failures from "./failures.js";
import { demoKey } from "./key.js";
import { ingestUrl, watchPath } from "./locations.js";
import { Publication } from "./publication.js";
import { Rate } from "./rate.js";
import { isOver } from "./states.js";
import { view } from "./view.js";

const NUMBERS_EVERY_MS = 500;

const devices = navigator.mediaDevices;
const choice = { camera: ANY, microphone: ANY };
let config = { preview: false, publish: false, version: "" };
/** @type {MediaStream | null} */
let source = null;
/** @type {Publication | null} */
let publication = null;
/** @type {WakeLockSentinel | null} */
let wakeLock = null;
let capturing = 0;

const isBusy = () => Boolean(publication && !isOver(publication.state));

function release() {
  for (const track of source?.getTracks() ?? []) {
    track.stop();
  }
  source = null;
}

/** Opens what the pickers say. Of two calls that overlap, the later one counts. */
async function openSource() {
  const mine = ++capturing;
  release();
  view.preview(null);
  view.state("asking");
  const result = await capture(choice, devices);
  if (mine !== capturing) {
    for (const track of "stream" in result ? result.stream.getTracks() : []) {
      track.stop();
    }
    return;
  }
  if ("failure" in result) {
    view.state("idle");
    view.failure(result.failure);
  } else {
    source = result.stream;
    watchTracks(source);
    view.failure(null);
    view.state("ready");
  }
  view.preview(source);
  await showPickers();
}

function watchTracks(stream) {
  for (const track of stream.getTracks()) {
    const thing = track.kind === "audio" ? "microphone" : "camera";
    track.addEventListener("mute", () => view.notice(`The system has paused the ${thing}.`));
    track.addEventListener("unmute", () => view.notice(""));
    track.addEventListener("ended", () => {
      // A live stream tells its own story once it has ended in order.
      if (stream === source && !isBusy()) {
        loseSource(failures.trackLost(track.kind));
      }
    });
  }
}

function loseSource(failure) {
  release();
  view.preview(null);
  view.state("idle");
  view.failure({ ...failure, message: failure.message.replace(", so the stream was ended", "") });
}

async function showPickers() {
  const found = (await devices?.enumerateDevices()) ?? [];
  const opened = (kind) =>
    source
      ?.getTracks()
      .find((track) => track.kind === kind)
      ?.getSettings().deviceId;
  const chosen = (wanted, kind) => opened(kind) ?? (source ? NONE : wanted);
  view.picker("camera", choices(found, "videoinput"), chosen(choice.camera, "video"));
  view.picker("microphone", choices(found, "audioinput"), chosen(choice.microphone, "audio"));
}

async function goLive() {
  const streamKey = view.part("key").value.trim();
  view.failure(null);
  view.watch(null);
  if (streamKey === "") {
    view.failure(failures.invalidKey());
    view.part("key").focus();
    return;
  }
  if (typeof MediaRecorder === "undefined") {
    view.failure(failures.unsupportedBrowser());
    return;
  }
  if (!source?.active) {
    await openSource();
    if (!source) {
      return;
    }
  }
  publish(streamKey);
}

function publish(streamKey) {
  const mine = new Publication({ url: ingestUrl(location.href), streamKey, source });
  publication = mine;
  const rate = new Rate();
  const numbers = () => {
    const now = performance.now();
    view.numbers(mine, now, rate.sample(mine.sentBytes, now));
  };
  let timer;
  mine.addEventListener("progress", numbers);
  mine.addEventListener("state", () => {
    const cancelled = mine.state === "ended" && !mine.opened;
    view.state(cancelled ? "ready" : mine.state);
    if (mine.state === "live") {
      timer = setInterval(numbers, NUMBERS_EVERY_MS);
      view.watch(config.preview ? watchPath(streamKey) : null);
      keepAwake();
    }
    if (mine.opened) {
      numbers();
    }
    if (isOver(mine.state)) {
      clearInterval(timer);
      over(mine);
    }
  });
  mine.start();
}

function over({ failure }) {
  wakeLock?.release();
  wakeLock = null;
  view.notice("");
  view.watch(null);
  view.failure(failure);
  const lost = source?.getTracks().some((track) => track.readyState === "ended");
  if (lost) {
    release();
    view.preview(null);
    showPickers();
  }
}

/** A phone that dims its screen stops its camera. Not every browser has this, and it may refuse. */
async function keepAwake() {
  wakeLock = (await navigator.wakeLock?.request("screen").catch(() => null)) ?? null;
}

async function readConfig() {
  const response = await fetch("config.json").catch(() => null);
  if (response?.ok) {
    config = { ...config, ...(await response.json().catch(() => ({}))) };
  }
  // A key for trying out is nobody's secret; one for a platform is, and screens get shared.
  view.key(!config.publish);
  const goesTo = config.publish ? "streams are published by RTMP" : "streams are shown here only";
  view.about([`Sluice ${config.version}`.trim(), goesTo].join(" · "));
}

function listen() {
  view.part("form").addEventListener("submit", (event) => {
    event.preventDefault();
    if (isBusy()) {
      publication.stop();
    } else {
      goLive();
    }
  });
  for (const id of ["camera", "microphone"]) {
    view.part(id).addEventListener("change", () => {
      choice.camera = view.part("camera").value;
      choice.microphone = view.part("microphone").value;
      openSource();
    });
  }
  view.part("key-shown").addEventListener("click", () => {
    view.key(view.part("key").dataset.shown === "false");
  });
  devices?.addEventListener("devicechange", () => showPickers());
  document.addEventListener("visibilitychange", () => {
    if (publication?.state !== "live") {
      return;
    }
    if (document.visibilityState === "visible") {
      view.notice("");
      keepAwake();
    } else {
      view.notice("You left this tab: the stream goes on, but some browsers pause the camera.");
    }
  });
  window.addEventListener("beforeunload", (event) => {
    if (isBusy()) {
      event.preventDefault();
    }
  });
  window.addEventListener("pagehide", () => {
    publication?.abandon();
    release();
  });
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) {
      openSource();
    }
  });
}

view.part("key").value = demoKey();
view.key(true);
listen();
readConfig();
openSource();
