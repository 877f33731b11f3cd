import type { AudioGraph } from "./audio-graph.js";

export type VideoSource = "camera" | "screen" | "none";

export interface LostEvent {
  what: "camera" | "screen" | "microphone";
}

/**
 * What is captured: the opened tracks, and the one stream made from them.
 *
 * Events: `lost` when a device or a shared screen ended unexpectedly, `paused` and `resumed` when
 * the system muted or unmuted a device.
 */
export class CaptureSource extends EventTarget {
  readonly stream: MediaStream;
  readonly videoSource: VideoSource;
  readonly screen: MediaStream | null;
  readonly #opened: MediaStreamTrack[];
  readonly #microphone: MediaStreamTrack | undefined;
  readonly #listening = new AbortController();

  /**
   * @param devices from a camera, a microphone, or both
   * @param screen replaces the camera; its audio is mixed with the microphone's
   */
  constructor(devices: MediaStream | null, screen: MediaStream | null, audioGraph: AudioGraph) {
    super();
    this.screen = screen;
    this.#microphone = devices?.getAudioTracks()[0];
    this.#opened = [...(devices?.getTracks() ?? []), ...(screen?.getTracks() ?? [])];
    const video = (screen ?? devices)?.getVideoTracks().slice(0, 1) ?? [];
    const audioTracks = this.#opened.filter(({ kind }) => kind === "audio");
    const audio = audioTracks.length > 1 ? [audioGraph.mix(audioTracks)] : audioTracks;
    this.stream = new MediaStream([...video, ...audio]);
    this.videoSource = video.length === 0 ? "none" : screen ? "screen" : "camera";
    this.#forwardEvents();
  }

  get video(): MediaStreamTrack | undefined {
    return this.stream.getVideoTracks()[0];
  }

  get audio(): MediaStreamTrack | undefined {
    return this.stream.getAudioTracks()[0];
  }

  /** Whether all tracks of the stream are still live. */
  get isComplete(): boolean {
    const tracks = [...this.stream.getTracks(), ...(this.#microphone ? [this.#microphone] : [])];
    return tracks.every(({ readyState }) => readyState === "live");
  }

  /** Whether the stream's audio is a mix, which survives the loss of one track. */
  get isMixed(): boolean {
    return this.#microphone !== undefined && this.audio !== this.#microphone;
  }

  /** The id of the device that was actually opened. */
  deviceId(kind: "video" | "audio"): string | undefined {
    const track = kind === "audio" ? this.#microphone : this.video;
    return track?.getSettings().deviceId;
  }

  get hasMicrophone(): boolean {
    return this.#microphone !== undefined;
  }

  get muted(): boolean {
    return this.#microphone?.enabled === false;
  }

  set muted(muted: boolean) {
    if (this.#microphone) {
      this.#microphone.enabled = !muted;
    }
  }

  /**
   * @param next the source that replaces this one; a screen that both use stays open, because the
   * browser would ask again
   */
  close(next: CaptureSource | null): void {
    this.#listening.abort();
    const kept = this.screen !== null && next?.screen === this.screen;
    for (const track of [...this.#opened, ...this.stream.getTracks()]) {
      if (!kept || !this.#isShared(track)) {
        track.stop();
      }
    }
  }

  #isShared(track: MediaStreamTrack): boolean {
    return this.screen?.getTracks().includes(track) ?? false;
  }

  #forwardEvents() {
    const { signal } = this.#listening;
    for (const track of this.#opened) {
      const shared = this.#isShared(track);
      if (shared && track.kind === "audio") {
        // A tab can stop playing audio while its video is still shared.
        continue;
      }
      const what = shared ? "screen" : track.kind === "video" ? "camera" : "microphone";
      const forward = (type: string) => () =>
        this.dispatchEvent(new CustomEvent(type, { detail: { what } }));
      track.addEventListener("ended", forward("lost"), { signal });
      if (!shared) {
        track.addEventListener("mute", forward("paused"), { signal });
        track.addEventListener("unmute", forward("resumed"), { signal });
      }
    }
  }
}
