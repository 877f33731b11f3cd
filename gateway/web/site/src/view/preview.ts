import { loudness, share, type Loudness } from "../capture/level.js";
import type { Source } from "../capture/capture-source.js";
import { part, visible, write } from "./dom.js";

export function showPreview(source: Source | null): void {
  const video = part<HTMLVideoElement>("preview");
  const stream = source?.video ? source.stream : null;
  if (video.srcObject !== stream) {
    video.srcObject = stream;
  }
  visible("preview-empty", stream === null);
  write("preview-empty", source ? "Sound only" : "No picture yet");
  showSize(source);
  const sharing = source?.picture === "screen";
  part("share").dataset.on = String(sharing);
  write("share", sharing ? "Stop sharing" : "Share screen");
  const mute = part<HTMLButtonElement>("mute");
  mute.disabled = !source?.hasMicrophone;
  const muted = source?.muted ?? false;
  mute.dataset.on = String(muted);
  mute.setAttribute("aria-label", muted ? "Unmute microphone" : "Mute microphone");
  write("mute", muted ? "Unmute" : "Mute");
}

function showSize(source: Source | null) {
  const { width, height, frameRate } = source?.video?.getSettings() ?? {};
  visible("picture-size", width !== undefined);
  const parts = [
    source?.picture === "screen" && "Your screen",
    `${width} × ${height}`,
    frameRate && `${Math.round(frameRate)} fps`,
  ];
  write("picture-size", parts.filter(Boolean).join(" · "));
}

const LOUDNESS: Record<Loudness, string> = {
  silent: "No sound",
  quiet: "Quiet",
  good: "Good",
  loud: "Too loud",
};

/** @param db null where there is no sound to listen to */
export function showLevel(db: number | null, muted: boolean): void {
  const level = db === null ? "silent" : loudness(db);
  const word = muted ? "Muted" : db === null ? "–" : LOUDNESS[level];
  const percent = Math.round(share(db ?? -Infinity) * 100);
  part("meter").setAttribute("aria-valuenow", String(percent));
  part("meter").setAttribute("aria-valuetext", word);
  part("meter").dataset.loudness = level;
  part("meter-fill").style.setProperty("--level", String(percent / 100));
  write("meter-word", word);
}
