import { publish } from "sluice-client";
import type { Broadcast } from "./broadcast/broadcast.js";
import type { LostEvent } from "./capture/capture-source.js";
import { readConfig } from "./config.js";
import * as failures from "./failures/capture-failures.js";
import { ofPublishing } from "./failures/publish-failures.js";
import { INGEST, watchPath } from "./urls.js";
import { goOnAir } from "./broadcast-view.js";
import { Preparation } from "./capture-setup.js";
import { demoKey } from "./settings/demo-key.js";
import { AUTO } from "./settings/options.js";
import { keptHere, publishing, remember, remembered, type Settings } from "./settings/settings.js";
import { showFailure, showNotice } from "./view/notices.js";
import { part, visible, write } from "./view/dom.js";
import { keyShown, picked, showKey, showWatchLink } from "./view/pickers.js";
import { mayPress, showStatus } from "./view/status.js";

const devices = navigator.mediaDevices as MediaDevices | undefined;
const store = keptHere();
const settings = remembered(store);
const preparation = new Preparation(settings, devices);
const keyField = part<HTMLInputElement>("key");
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
  preparation.wake();
  if (!preparation.source?.whole) {
    await preparation.open();
  }
  const { source } = preparation;
  if (!source) {
    return;
  }
  const { broadcast: mine, over } = goOnAir(
    publish,
    { url: INGEST, streamKey, source: source.stream, ...publishing(settings) },
    settings.codec !== AUTO,
    ({ stage }) => {
      showWatchLink(canBeWatched && stage === "live" ? watchPath(streamKey) : null);
      if (stage === "live") {
        void keepAwake();
      }
    },
  );
  broadcast = mine;
  await over;
  void wakeLock?.release();
  wakeLock = null;
  showNotice("hidden", null);
  if (preparation.source?.whole === false) {
    // A device is gone. What is left is shown, and the story of the broadcast stays.
    await preparation.open();
    showFailure(mine.failure ? ofPublishing(mine.failure) : preparation.failure);
  }
  showStatus(mine.stage === "cancelled" ? "ready" : mine.stage);
}

/** A phone that dims its screen stops its camera. Not every browser has this, and it may refuse. */
async function keepAwake() {
  wakeLock ??= (await navigator.wakeLock?.request("screen").catch(() => null)) ?? null;
}

function lost({ what }: LostEvent) {
  if (isBusy()) {
    if (what === "screen") {
      showNotice("screen", "You stopped sharing your screen, which ended the stream.");
      void broadcast!.stop();
    } else if (preparation.source?.isMixed) {
      broadcast!.note("warning", "The microphone is gone. The stream goes on without it.");
    }
    // The library ends a stream whose camera or only microphone is gone, and says so.
    return;
  }
  if (what === "screen") {
    void preparation.open();
  } else {
    preparation.close();
    showStatus("idle");
    showFailure(failures.lost(what));
    void preparation.showPickers();
  }
}

function listenToPreparation() {
  preparation.addEventListener("asking", () => showStatus("asking"));
  preparation.addEventListener("ready", () => {
    const { source, failure } = preparation;
    // A shared screen whose microphone could not be opened is worth more than nothing.
    const isSilent = source?.picture === "screen" && failure !== null;
    showStatus(source ? "ready" : "idle");
    showFailure(isSilent ? null : failure);
    showNotice(
      "without",
      isSilent ? "Your screen is shared without a microphone: none could be opened." : null,
    );
    showNotice("microphone", null);
    showNotice("camera", null);
  });
  preparation.addEventListener("lost", (event) => lost((event as CustomEvent<LostEvent>).detail));
  for (const type of ["paused", "resumed"]) {
    preparation.addEventListener(type, (event) => {
      const { what } = (event as CustomEvent<LostEvent>).detail;
      showNotice(what, type === "paused" ? `The system has paused the ${what}.` : null);
    });
  }
}

function listenToPickers() {
  for (const name of Object.keys(settings) as (keyof Settings)[]) {
    part(name).addEventListener("change", () => {
      settings[name] = picked(name);
      remember(settings, store);
      if (name === "camera" || name === "microphone") {
        void preparation.reopen();
      } else if (name === "height" || name === "frame-rate") {
        void preparation.reshape();
      }
    });
  }
  part("share").addEventListener("click", () => {
    const sharing = preparation.source?.picture === "screen";
    void (sharing ? preparation.open() : preparation.shareScreen());
  });
  part("mute").addEventListener("click", () => {
    preparation.mute(!preparation.source?.muted);
  });
  part("key-shown").addEventListener("click", () => showKey(!keyShown()));
  devices?.addEventListener("devicechange", () => {
    // A camera that was plugged in where there was none is what its owner waits for.
    void (preparation.source || isBusy() ? preparation.showPickers() : preparation.open());
  });
}

function listenToThePage() {
  part("form").addEventListener("submit", (event) => {
    event.preventDefault();
    if (!mayPress()) {
      return;
    }
    void (isBusy() ? broadcast!.stop() : goLive());
  });
  document.addEventListener("visibilitychange", () => {
    const hidden = document.visibilityState !== "visible";
    if (isBusy() && !hidden) {
      // The system has taken it back while the page was hidden.
      wakeLock = null;
      void keepAwake();
    }
    showNotice(
      "hidden",
      isBusy() && hidden
        ? "You left this tab: the stream goes on, but some browsers pause the camera."
        : null,
    );
  });
  window.addEventListener("beforeunload", (event) => {
    if (isBusy()) {
      event.preventDefault();
    }
  });
  window.addEventListener("pagehide", () => {
    broadcast?.abandon();
    preparation.close();
  });
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) {
      void preparation.open();
    }
  });
}

async function introduce() {
  let touched = false;
  keyField.addEventListener("input", () => (touched = true), { once: true });
  // A key for trying out is nobody's secret, and saves a newcomer the question where to get one.
  keyField.value = demoKey();
  showKey(true);
  const config = await readConfig();
  if (!config) {
    return;
  }
  canBeWatched = config.preview;
  if (config.publish) {
    // A platform's key is a secret, and screens get shared.
    showKey(false);
    if (!touched) {
      keyField.value = "";
    }
  }
  const goesTo = config.publish ? "streams go out by RTMP" : "streams are shown here only";
  write("about", `Sluice ${config.version} · ${goesTo}`);
}

visible("share", devices !== undefined && "getDisplayMedia" in devices);
listenToPreparation();
listenToPickers();
listenToThePage();
void introduce();
void preparation.open();
