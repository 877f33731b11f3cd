import { publish } from "sluice-client";
import type { Broadcast } from "./broadcast/broadcast.js";
import type { LostEvent } from "./capture/capture-source.js";
import { readConfig } from "./config.js";
import * as failures from "./failures/capture-failures.js";
import { describePublishError } from "./failures/publish-failures.js";
import { INGEST, watchPath } from "./urls.js";
import { startBroadcast } from "./broadcast-view.js";
import { CaptureSetup } from "./capture-setup.js";
import { demoKey } from "./settings/demo-key.js";
import { AUTO } from "./settings/options.js";
import {
  browserStorage,
  toPublishOptions,
  saveSettings,
  loadSettings,
  type Settings,
} from "./settings/settings.js";
import { showFailure, showNotice } from "./view/notices.js";
import { element, setVisible, setText } from "./view/dom.js";
import { keyShown, picked, showKey, showWatchLink } from "./view/pickers.js";
import { canPress, showStatus } from "./view/status.js";

const devices = navigator.mediaDevices as MediaDevices | undefined;
const store = browserStorage();
const settings = loadSettings(store);
const capture = new CaptureSetup(settings, devices);
const keyField = element<HTMLInputElement>("key");
let canBeWatched = false;
let broadcast: Broadcast | null = null;
let wakeLock: WakeLockSentinel | null = null;

const isBusy = () => broadcast !== null && !broadcast.isOver;

async function goLive() {
  const streamKey = keyField.value.trim();
  if (streamKey === "") {
    showFailure(failures.noKey);
    keyField.focus();
    return;
  }
  showNotice("screen", null);
  capture.resumeAudio();
  if (!capture.source?.isComplete) {
    await capture.open();
  }
  const { source } = capture;
  if (!source) {
    return;
  }
  const { broadcast: own, finished } = startBroadcast(
    publish,
    { url: INGEST, streamKey, source: source.stream, ...toPublishOptions(settings) },
    settings.codec !== AUTO,
    ({ stage }) => {
      showWatchLink(canBeWatched && stage === "live" ? watchPath(streamKey) : null);
      if (stage === "live") {
        void requestWakeLock();
      }
    },
  );
  broadcast = own;
  await finished;
  void wakeLock?.release();
  wakeLock = null;
  showNotice("hidden", null);
  if (capture.source?.isComplete === false) {
    // A device was lost. The preview shows what is left; the broadcast's journal stays.
    await capture.open();
    showFailure(own.failure ? describePublishError(own.failure) : capture.failure);
  }
  showStatus(own.stage === "cancelled" ? "ready" : own.stage);
}

/**
 * A phone that dims its screen stops its camera. Not every browser has wake locks, and the request
 * can be refused.
 */
async function requestWakeLock() {
  wakeLock ??= (await navigator.wakeLock?.request("screen").catch(() => null)) ?? null;
}

function onSourceLost({ what }: LostEvent) {
  if (isBusy()) {
    if (what === "screen") {
      showNotice("screen", "You stopped sharing your screen, which ended the stream.");
      void broadcast!.stop();
    } else if (capture.source?.isMixed) {
      broadcast!.note(
        "warning",
        "The microphone was disconnected. The stream continues without it.",
      );
    }
    // The library ends a stream whose camera or only microphone is gone, and reports it.
    return;
  }
  if (what === "screen") {
    void capture.open();
  } else {
    capture.close();
    showStatus("idle");
    showFailure(failures.lost(what));
    void capture.showPickers();
  }
}

function listenToCapture() {
  capture.addEventListener("asking", () => showStatus("asking"));
  capture.addEventListener("ready", () => {
    const { source, failure } = capture;
    // A shared screen without a microphone is better than nothing.
    const isSilent = source?.videoSource === "screen" && failure !== null;
    showStatus(source ? "ready" : "idle");
    showFailure(isSilent ? null : failure);
    showNotice(
      "without",
      isSilent ? "Your screen is shared without a microphone, because none could be opened." : null,
    );
    showNotice("microphone", null);
    showNotice("camera", null);
  });
  capture.addEventListener("lost", (event) =>
    onSourceLost((event as CustomEvent<LostEvent>).detail),
  );
  for (const type of ["paused", "resumed"]) {
    capture.addEventListener(type, (event) => {
      const { what } = (event as CustomEvent<LostEvent>).detail;
      showNotice(what, type === "paused" ? `The system has paused the ${what}.` : null);
    });
  }
}

function listenToPickers() {
  for (const name of Object.keys(settings) as (keyof Settings)[]) {
    element(name).addEventListener("change", () => {
      settings[name] = picked(name);
      saveSettings(settings, store);
      if (name === "camera" || name === "microphone") {
        void capture.reopen();
      } else if (name === "height" || name === "frame-rate") {
        void capture.applyVideoSettings();
      }
    });
  }
  element("share").addEventListener("click", () => {
    const sharing = capture.source?.videoSource === "screen";
    void (sharing ? capture.open() : capture.shareScreen());
  });
  element("mute").addEventListener("click", () => {
    capture.mute(!capture.source?.muted);
  });
  element("key-shown").addEventListener("click", () => showKey(!keyShown()));
  devices?.addEventListener("devicechange", () => {
    // Where there was no camera, plugging one in opens it.
    void (capture.source || isBusy() ? capture.showPickers() : capture.open());
  });
}

function listenToPage() {
  element("form").addEventListener("submit", (event) => {
    event.preventDefault();
    if (!canPress()) {
      return;
    }
    void (isBusy() ? broadcast!.stop() : goLive());
  });
  document.addEventListener("visibilitychange", () => {
    const hidden = document.visibilityState !== "visible";
    if (isBusy() && !hidden) {
      // The system releases it while the page is hidden.
      wakeLock = null;
      void requestWakeLock();
    }
    showNotice(
      "hidden",
      isBusy() && hidden
        ? "This tab is hidden. The stream continues, but some browsers pause the camera."
        : null,
    );
  });
  window.addEventListener("beforeunload", (event) => {
    if (isBusy()) {
      event.preventDefault();
    }
  });
  window.addEventListener("pagehide", () => {
    broadcast?.abort();
    capture.close();
  });
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) {
      void capture.open();
    }
  });
}

async function initialize() {
  let touched = false;
  keyField.addEventListener("input", () => (touched = true), { once: true });
  // A demo key is not secret, and spares newcomers the question where to get one.
  keyField.value = demoKey();
  showKey(true);
  const config = await readConfig();
  if (!config) {
    return;
  }
  canBeWatched = config.preview;
  if (config.publish) {
    // A platform's key is secret, and screens get shared.
    showKey(false);
    if (!touched) {
      keyField.value = "";
    }
  }
  const goesTo = config.publish ? "streams are sent out by RTMP" : "streams are not forwarded";
  setText("about", `Sluice ${config.version} · ${goesTo}`);
}

setVisible("share", devices !== undefined && "getDisplayMedia" in devices);
listenToCapture();
listenToPickers();
listenToPage();
void initialize();
void capture.open();
