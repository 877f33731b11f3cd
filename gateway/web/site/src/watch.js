import { seconds } from "./format.js";
import { playlistUrl, watchedKey } from "./locations.js";
import { chooseStart } from "./player.js";
import { Viewer } from "./viewer.js";

const DELAY_EVERY_MS = 1_000;

const BADGES = {
  looking: "Looking for the stream",
  waiting: "Waiting",
  loading: "Loading",
  playing: "Live",
  ended: "Ended",
  interrupted: "Interrupted",
  unplayable: "Cannot play",
};

const MESSAGES = {
  looking: "Looking for the stream …",
  waiting: "Waiting for the stream to start. It will play here by itself.",
  loading: "Loading …",
  ended: "The stream has ended. A new one will play here by itself.",
  interrupted: "The stream was interrupted. It will go on here by itself.",
  unplayable:
    "This browser cannot play live streams. Use a current Chrome, Edge, Firefox or Safari.",
};

/** @type {(id: string) => any} */
const part = (id) => document.getElementById(id);
const video = part("video");

function show(state) {
  const playing = state === "playing";
  part("state").dataset.state = playing ? "live" : state;
  part("state").textContent = BADGES[state];
  part("message").hidden = playing;
  part("message-text").textContent = MESSAGES[state] ?? "";
  part("spinner").hidden = state === "ended" || state === "unplayable";
  part("unmute").hidden = !(playing && video.muted);
  part("edge").disabled = !playing;
  if (!playing) {
    part("delay").textContent = "";
  }
}

async function main() {
  const key = watchedKey(location.href);
  part("title").textContent = key;
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
  setInterval(() => {
    const delayMs = viewer.state === "playing" ? viewer.player?.delayMs() : undefined;
    part("delay").textContent = delayMs === undefined ? "" : `${seconds(delayMs)} behind live`;
  }, DELAY_EVERY_MS);
  viewer.look();
}

main();
