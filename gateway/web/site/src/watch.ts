import { readConfig } from "./config.js";
import { configUrl, playlistUrl, watchedKey } from "./urls.js";
import { element, setVisible, setText } from "./view/dom.js";
import { GatewayClock } from "./playback/gateway-clock.js";
import { choosePlayer } from "./playback/player.js";
import { Viewer, type ViewerState } from "./playback/viewer.js";
import { seconds } from "./text/format.js";

const DELAY_EVERY_MS = 1_000;
const SYNCHRONIZE_EVERY_MS = 15_000;
const INITIAL_SYNCHRONIZATIONS = 3;

const BADGES: Record<ViewerState, string> = {
  searching: "Looking for the stream",
  waiting: "Waiting",
  loading: "Loading",
  playing: "Live",
  ended: "Ended",
  interrupted: "Interrupted",
  unplayable: "Cannot play",
};

const MESSAGES: Record<ViewerState, string> = {
  searching: "Looking for the stream …",
  waiting: "Waiting for the stream to start. It will play here automatically.",
  loading: "Loading …",
  playing: "",
  ended: "The stream has ended. A new one will play here automatically.",
  interrupted: "The stream was interrupted. It will resume here automatically.",
  unplayable:
    "This browser cannot play live streams. Use a current version of Chrome, Edge, Firefox or Safari.",
};

const video = element<HTMLVideoElement>("video");

function show(state: ViewerState) {
  const playing = state === "playing";
  element("state").dataset.state = playing ? "live" : state;
  setText("state", BADGES[state]);
  setVisible("message", !playing);
  setText("message-text", MESSAGES[state]);
  setVisible("spinner", state !== "ended" && state !== "unplayable");
  setVisible("unmute", playing && video.muted);
  element<HTMLButtonElement>("edge").disabled = !playing;
}

/**
 * The age of the displayed frame: the gateway's clock minus its capture time. FFmpeg dates the
 * first frame when it receives it, and all others by their distance from that. So only the first
 * frame's time to the gateway is missing, and later network delays do not falsify the rest.
 */
function showDelay(viewer: Viewer, clock: GatewayClock) {
  const capturedAtMs = viewer.state === "playing" ? viewer.player?.capturedAtMs() : undefined;
  const now = clock.nowMs;
  const isKnown = capturedAtMs !== undefined && now !== undefined;
  setVisible("delay", isKnown);
  if (isKnown) {
    setText("delay-value", seconds(now - capturedAtMs));
  }
}

async function keepClockSynchronized(clock: GatewayClock) {
  for (let i = 0; i < INITIAL_SYNCHRONIZATIONS; i++) {
    await clock.synchronize();
  }
  setInterval(() => void clock.synchronize(), SYNCHRONIZE_EVERY_MS);
}

async function main() {
  const key = watchedKey(location.href);
  setText("title", key);
  document.title = `${key} · Sluice`;
  video.muted = true;
  const start = await choosePlayer(video);
  if (!start) {
    show("unplayable");
    return;
  }
  const viewer = new Viewer({ video, playlist: playlistUrl(location.href), start });
  viewer.addEventListener("state", () => show(viewer.state));
  video.addEventListener("volumechange", () => show(viewer.state));
  element("unmute").addEventListener("click", () => {
    video.muted = false;
    video.volume = video.volume || 1;
    video.focus();
  });
  element("edge").addEventListener("click", () => {
    viewer.player?.toLiveEdge();
    video.play().catch(() => {});
  });
  const config = configUrl(location.href);
  const clock = new GatewayClock(async () => (await readConfig(config))?.nowMs);
  void keepClockSynchronized(clock);
  setInterval(() => showDelay(viewer, clock), DELAY_EVERY_MS);
  void viewer.poll();
}

void main();
