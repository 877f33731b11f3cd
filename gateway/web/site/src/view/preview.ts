import { loudness, meterFraction, type Loudness } from "../capture/level.js";
import type { CaptureSource } from "../capture/capture-source.js";
import { element, setVisible, setText } from "./dom.js";

export function showPreview(source: CaptureSource | null): void {
  const video = element<HTMLVideoElement>("preview");
  const stream = source?.video ? source.stream : null;
  if (video.srcObject !== stream) {
    video.srcObject = stream;
  }
  setVisible("preview-empty", stream === null);
  setText("preview-empty", source ? "Audio only" : "No video yet");
  showSize(source);
  const sharing = source?.videoSource === "screen";
  element("share").dataset.on = String(sharing);
  setText("share", sharing ? "Stop sharing" : "Share screen");
  const mute = element<HTMLButtonElement>("mute");
  mute.disabled = !source?.hasMicrophone;
  const muted = source?.muted ?? false;
  mute.dataset.on = String(muted);
  mute.setAttribute("aria-label", muted ? "Unmute microphone" : "Mute microphone");
  setText("mute", muted ? "Unmute" : "Mute");
}

function showSize(source: CaptureSource | null) {
  const { width, height, frameRate } = source?.video?.getSettings() ?? {};
  setVisible("picture-size", width !== undefined);
  const parts = [
    source?.videoSource === "screen" && "Your screen",
    `${width} × ${height}`,
    frameRate && `${Math.round(frameRate)} fps`,
  ];
  setText("picture-size", parts.filter(Boolean).join(" · "));
}

const LOUDNESS: Record<Loudness, string> = {
  silent: "No signal",
  quiet: "Quiet",
  good: "Good",
  loud: "Too loud",
};

/** @param db null without an audio track */
export function showLevel(db: number | null, muted: boolean): void {
  const level = db === null ? "silent" : loudness(db);
  const word = muted ? "Muted" : db === null ? "–" : LOUDNESS[level];
  const percent = Math.round(meterFraction(db ?? -Infinity) * 100);
  element("meter").setAttribute("aria-valuenow", String(percent));
  element("meter").setAttribute("aria-valuetext", word);
  element("meter").dataset.loudness = level;
  element("meter-fill").style.setProperty("--level", String(percent / 100));
  setText("meter-word", word);
}
