import { choices, limits } from "./capture/devices.js";
import { picture, screenVideo } from "./capture/constraints.js";
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
  readonly #sound = new AudioGraph();
  #listening: ReturnType<AudioGraph["listen"]> | null = null;
  #attempt = 0;

  constructor(settings: Settings, devices: MediaDevices | undefined) {
    super();
    this.#settings = settings;
    this.#devices = devices;
    this.#keepLevel();
  }

  /** Opens camera and microphone. Ends screen sharing. */
  open(): Promise<void> {
    return this.#replace(async () => {
      // Close first, because many cameras cannot be opened twice.
      this.#use(null);
      return [await openDevices(this.#settings, this.#devices), null];
    });
  }

  /** Opens the selected devices again. A shared screen stays, and no camera is opened then. */
  reopen(): Promise<void> {
    const screen = this.source?.screen;
    return screen ? this.#replace(async () => [await this.#openMicrophone(), screen]) : this.open();
  }

  /** Asks what to share, and shows that instead of the camera. Must be called from a click. */
  shareScreen(): Promise<void> {
    return this.#replace(async () => {
      const screen = await openScreen(this.#settings, this.#devices);
      if (!screen.stream) {
        return [screen, null];
      }
      this.#use(null);
      return [await this.#openMicrophone(), screen.stream];
    });
  }

  async #openMicrophone(): Promise<OpenResult> {
    return this.#settings.microphone === NONE
      ? { stream: null, failure: null }
      : openDevices({ ...this.#settings, camera: NONE }, this.#devices);
  }

  /** Applies a new resolution or frame rate, without opening the device again. */
  async reshape(): Promise<void> {
    const { source } = this;
    const wish = source?.picture === "screen" ? screenVideo : picture;
    await source?.video?.applyConstraints(wish(this.#settings)).catch(() => {});
    showPreview(this.source);
  }

  mute(muted: boolean): void {
    if (this.source) {
      this.source.muted = muted;
      showPreview(this.source);
    }
  }

  /** Some browsers play and process audio only after a click. */
  wake(): void {
    this.#sound.wake();
  }

  close(): void {
    this.#attempt++;
    this.#use(null);
  }

  /** Of two overlapping calls, the later one wins. */
  async #replace(open: () => Promise<[devices: OpenResult, screen: MediaStream | null]>) {
    const mine = ++this.#attempt;
    this.dispatchEvent(new Event("asking"));
    const [{ stream, failure }, screen] = await open();
    if (mine !== this.#attempt) {
      const unwanted = screen === this.source?.screen ? null : screen;
      for (const track of [...(stream?.getTracks() ?? []), ...(unwanted?.getTracks() ?? [])]) {
        track.stop();
      }
      return;
    }
    this.failure = failure;
    if (stream || screen) {
      this.#use(new CaptureSource(stream, screen, this.#sound));
    }
    await this.showPickers();
    this.dispatchEvent(new Event("ready"));
  }

  #use(source: CaptureSource | null) {
    this.#listening?.stop();
    this.#listening = null;
    this.source?.close(source);
    this.source = source;
    for (const type of ["lost", "paused", "resumed"]) {
      source?.addEventListener(type, (event) => {
        const { detail } = event as CustomEvent<LostEvent>;
        this.dispatchEvent(new CustomEvent(type, { detail }));
      });
    }
    if (source?.audio) {
      this.#listening = this.#sound.listen(source.audio);
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
    const isScreen = source?.picture === "screen";
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

  #keepLevel() {
    let shownAtMs = 0;
    let shownDb = -Infinity;
    // Drawn on animation frames: a hidden page needs no meter.
    const draw = (nowMs: number) => {
      if (nowMs - shownAtMs >= LEVEL_EVERY_MS) {
        const samples = this.#listening?.read();
        shownDb = samples ? decayed(shownDb, peakDb(samples), nowMs - shownAtMs) : -Infinity;
        shownAtMs = nowMs;
        showLevel(samples ? shownDb : null, this.source?.muted ?? false);
      }
      requestAnimationFrame(draw);
    };
    requestAnimationFrame(draw);
  }
}
