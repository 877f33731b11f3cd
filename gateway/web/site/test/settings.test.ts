import { describe, expect, it } from "vitest";
import { demoKey } from "../src/settings/demo-key.js";
import { CHOICES, closestOption, upTo } from "../src/settings/options.js";
import {
  DEFAULTS,
  toPublishOptions,
  saveSettings,
  loadSettings,
} from "../src/settings/settings.js";

const store = (text: string | null) => ({
  getItem: () => text,
  setItem: (_name: string, value: string) => (text = value),
});

describe("settings", () => {
  it("are stored without the stream key", () => {
    const kept = store(null);
    const chosen = { ...DEFAULTS, camera: "c1", height: "1080", codec: "vp9" };
    saveSettings(chosen, kept);
    expect(loadSettings(kept)).toEqual(chosen);
    expect(Object.keys(chosen)).not.toContain("key");
  });

  it.each([null, "", "null", "[]", "{", '"text"', "7", '{"height":720,"codec":"wmv","camera":{}}'])(
    "are the defaults if %j was stored",
    (text) => expect(loadSettings(store(text))).toEqual(DEFAULTS),
  );

  it("last until the page is closed if nothing can be stored", () => {
    const full = {
      getItem: () => null,
      setItem: () => {
        throw new Error("full");
      },
    };
    expect(() => saveSettings(DEFAULTS, full)).not.toThrow();
  });

  it("leave automatic choices to the library", () => {
    expect(toPublishOptions(DEFAULTS)).toEqual({ video: { frameRate: 30 } });
  });

  it("pass explicit choices to the library", () => {
    const chosen = { ...DEFAULTS, "bit-rate": "4000000", codec: "av1", engine: "media-recorder" };
    expect(toPublishOptions(chosen)).toEqual({
      video: { frameRate: 30, bitsPerSecond: 4_000_000, codecs: ["av1"] },
      engines: ["media-recorder"],
    });
  });
});

describe("choices", () => {
  it("are limited to what the camera supports", () => {
    const heights = (most: number | undefined) =>
      upTo(CHOICES.height, most).map(({ value }) => value);
    expect(heights(720)).toEqual(["360", "480", "720"]);
    expect(heights(240)).toEqual(["360"]);
    expect(heights(undefined)).toHaveLength(4);
  });

  it("treat 29.97 fps as 30", () => {
    expect(upTo(CHOICES["frame-rate"], 29.97).at(-1)?.value).toBe("30");
  });

  it("fall back to the camera's maximum", () => {
    expect(closestOption(upTo(CHOICES.height, 480), "1080")).toBe("480");
    expect(closestOption(CHOICES.height, "720")).toBe("720");
  });
});

describe("a demo key", () => {
  it("cannot be guessed", () => {
    expect(demoKey()).toMatch(/^demo-[2-9a-z]{12}$/);
    expect(demoKey()).not.toBe(demoKey());
  });
});
