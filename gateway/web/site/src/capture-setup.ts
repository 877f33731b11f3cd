import { choices, limits } from "./capture/devices.js";
import { cameraVideo, screenVideo } from "./capture/constraints.js";
import { decayed, peakDb } from "./capture/level.js";
import { openDevices, openScreen, type OpenResult } from "./capture/open-devices.js";
import { AudioGraph } from "./capture/audio-graph.js";
import { CaptureSource, type LostEvent } from "./capture/capture-source.js";
import type { Failure } from "./failures/failure.js";
import { CHOICES, NONE, closestOption, upTo, type ChoiceName } from "./settings/options.js";
import type { Settings } from "./settings/settings.js";
import { fillPicker } from "./view/pickers.js";
import { showLevel, showPreview } from "./view/preview.js";

const LEVEL_EVERY_MS = 60;

/**
 * Everything before going live: opens the selected devices, shows a preview, and keeps the pickers
 * in line with what is available.
 *
 * Events: `asking`, `ready`, and `lost` when a device or a shared screen ended unexpectedly.
 */
export class CaptureSetup extends EventTarget {
  source: CaptureSource | null = null;
  /** Why there is no source. */
  failure: Failure | null = null;

  readonly #settings: Settings;
  readonly #devices: MediaDevices | undefined;
  readonly #audioGraph = new AudioGraph();
  #meter: ReturnType<AudioGraph["meter"]> | null = null;
  #generation = 0;

  constructor(settings: Settings, devices: MediaDevices | undefined) {
    super();
    this.#settings = settings;
    this.#devices = devices;
    this.#startLevelMeter();
  }

  /** Opens camera and microphone. Ends screen sharing. */
  open(): Promise<void> {
    return this.#replaceSource(async () => {
      // Close first, because many cameras cannot be opened twice.
      this.#setSource(null);
      return [await openDevices(this.#settings, this.#devices), null];
    });
  }

  /** Opens the selected devices again. A shared screen stays, and no camera is opened then. */
  reopen(): Promise<void> {
    const screen = this.source?.screen;
    return screen
      ? this.#replaceSource(async () => [await this.#openMicrophone(), screen])
      : this.open();
  }

  /** Asks what to share, and shows that instead of the camera. Must be called from a click. */
  shareScreen(): Promise<void> {
    return this.#replaceSource(async () => {
      const screen = await openScreen(this.#settings, this.#devices);
      if (!screen.stream) {
        return [screen, null];
      }
      this.#setSource(null);
      return [await this.#openMicrophone(), screen.stream];
    });
  }

  async #openMicrophone(): Promise<OpenResult> {
    return this.#settings.microphone === NONE
      ? { stream: null, failure: null }
      : openDevices({ ...this.#settings, camera: NONE }, this.#devices);
  }

  /** Applies a new resolution or frame rate, without opening the device again. */
  async applyVideoSettings(): Promise<void> {
    const { source } = this;
    const constraints = source?.videoSource === "screen" ? screenVideo : cameraVideo;
    await source?.video?.applyConstraints(constraints(this.#settings)).catch(() => {});
    showPreview(this.source);
  }

  mute(muted: boolean): void {
    if (this.source) {
      this.source.muted = muted;
      showPreview(this.source);
    }
  }

  /** Some browsers play and process audio only after a click. */
  resumeAudio(): void {
    this.#audioGraph.resume();
  }

  close(): void {
    this.#generation++;
    this.#setSource(null);
  }

  /** Of two overlapping calls, the later one wins. */
  async #replaceSource(open: () => Promise<[devices: OpenResult, screen: MediaStream | null]>) {
    const generation = ++this.#generation;
    this.dispatchEvent(new Event("asking"));
    const [{ stream, failure }, screen] = await open();
    if (generation !== this.#generation) {
      const unwanted = screen === this.source?.screen ? null : screen;
      for (const track of [...(stream?.getTracks() ?? []), ...(unwanted?.getTracks() ?? [])]) {
        track.stop();
      }
      return;
    }
    this.failure = failure;
    if (stream || screen) {
      this.#setSource(new CaptureSource(stream, screen, this.#audioGraph));
    }
    await this.showPickers();
    this.dispatchEvent(new Event("ready"));
  }

  #setSource(source: CaptureSource | null) {
    this.#meter?.stop();
    this.#meter = null;
    this.source?.close(source);
    this.source = source;
    for (const type of ["lost", "paused", "resumed"]) {
      source?.addEventListener(type, (event) => {
        const { detail } = event as CustomEvent<LostEvent>;
        this.dispatchEvent(new CustomEvent(type, { detail }));
      });
    }
    if (source?.audio) {
      this.#meter = this.#audioGraph.meter(source.audio);
    }
    showPreview(source);
  }

  async showPickers(): Promise<void> {
    const { source } = this;
    const found = (await this.#devices?.enumerateDevices().catch(() => [])) ?? [];
    const { camera, microphone } = this.#settings;
    const opened = source !== null;
    // A device that could not be opened is not shown as selected, whatever the settings say.
    const shown = (wanted: string, id: string | undefined) => id ?? (opened ? NONE : wanted);
    const isScreen = source?.videoSource === "screen";
    fillPicker(
      "camera",
      choices(found, "videoinput"),
      isScreen ? camera : shown(camera, source?.deviceId("video")),
    );
    fillPicker(
      "microphone",
      choices(found, "audioinput"),
      shown(microphone, source?.deviceId("audio")),
    );
    const most = isScreen ? { height: undefined, frameRate: undefined } : limits(source?.video);
    for (const name of Object.keys(CHOICES) as ChoiceName[]) {
      const limit = { height: most.height, "frame-rate": most.frameRate }[name as string];
      const offered = upTo(CHOICES[name], limit);
      fillPicker(name, offered, closestOption(offered, this.#settings[name]));
    }
  }

  #startLevelMeter() {
    let shownAtMs = 0;
    let shownDb = -Infinity;
    // Drawn on animation frames: a hidden page needs no meter.
    const draw = (nowMs: number) => {
      if (nowMs - shownAtMs >= LEVEL_EVERY_MS) {
        const samples = this.#meter?.read();
        shownDb = samples ? decayed(shownDb, peakDb(samples), nowMs - shownAtMs) : -Infinity;
        shownAtMs = nowMs;
        showLevel(samples ? shownDb : null, this.source?.muted ?? false);
      }
      requestAnimationFrame(draw);
    };
    requestAnimationFrame(draw);
  }
}
