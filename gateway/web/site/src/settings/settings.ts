import type { EngineName, PublishOptions, VideoCodec } from "sluice-client";
import { ANY, AUTO, CHOICES, type ChoiceName } from "./options.js";

/**
 * The values of the pickers, by picker id. The stream key is not among them: it is never stored.
 */
export type Settings = Record<ChoiceName | "camera" | "microphone", string>;

export const DEFAULTS: Settings = {
  camera: ANY,
  microphone: ANY,
  height: "720",
  "frame-rate": "30",
  "bit-rate": AUTO,
  codec: AUTO,
  engine: AUTO,
};

const STORAGE_KEY = "sluice.settings";

type Store = Pick<Storage, "getItem" | "setItem">;

const isValid = (name: keyof Settings, value: unknown): value is string =>
  typeof value === "string" &&
  (name === "camera" || name === "microphone"
    ? value.length <= 1_000
    : CHOICES[name].some((option) => option.value === value));

/** Where settings are stored; some private windows throw on mere access to localStorage. */
export function browserStorage(): Store {
  try {
    return window.localStorage;
  } catch {
    return { getItem: () => null, setItem: () => {} };
  }
}

/**
 * The stored settings; defaults for what is missing, was edited by hand, or is no longer offered.
 */
export function loadSettings(store: Store): Settings {
  let stored: unknown;
  try {
    stored = JSON.parse(store.getItem(STORAGE_KEY) ?? "{}") as unknown;
  } catch {
    stored = {};
  }
  const found = typeof stored === "object" && stored !== null ? stored : {};
  const settings = { ...DEFAULTS };
  for (const name of Object.keys(DEFAULTS) as (keyof Settings)[]) {
    const value = (found as Record<string, unknown>)[name];
    if (isValid(name, value)) {
      settings[name] = value;
    }
  }
  return settings;
}

/** Does nothing where the browser stores nothing, as in some private windows. */
export function saveSettings(settings: Settings, store: Store): void {
  try {
    store.setItem(STORAGE_KEY, JSON.stringify(settings));
  } catch {
    // Full, or forbidden. The settings then last until the page is closed.
  }
}

/** The options of `publish` that the pickers determine. */
export function toPublishOptions(settings: Settings): Pick<PublishOptions, "video" | "engines"> {
  const { "bit-rate": bitRate, "frame-rate": frameRate, codec, engine } = settings;
  return {
    video: {
      frameRate: Number(frameRate),
      ...(bitRate !== AUTO && { bitsPerSecond: Number(bitRate) }),
      ...(codec !== AUTO && { codecs: [codec as VideoCodec] }),
    },
    ...(engine !== AUTO && { engines: [engine as EngineName] }),
  };
}
