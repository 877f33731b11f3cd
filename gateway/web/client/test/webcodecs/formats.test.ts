import { describe, expect, it } from "vitest";
import { fitWithin, scaledSize, videoConfig } from "../../src/webcodecs/encoder-config.js";
import { codecStrings, mimeType, parse } from "../../src/webcodecs/formats.js";

describe("formats", () => {
  it.each([
    [640, 360, 30, "1e"],
    [1_280, 720, 30, "1f"],
    [1_280, 720, 60, "20"],
    [1_920, 1_080, 30, "28"],
    [1_920, 1_080, 60, "2a"],
    [3_840, 2_160, 30, "33"],
    [7_680, 4_320, 60, "34"],
  ])("name the H.264 level for %dx%d at %d fps: %s", (width, height, frameRate, level) => {
    expect(codecStrings("h264", { width, height, frameRate })).toEqual(
      ["6400", "4d00", "42e0"].map((profile) => `avc1.${profile}${level}`),
    );
  });

  it.each([
    ["avc1.64001f", "avc"],
    ["hev1.1.6.L120.B0", "hevc"],
    ["vp8", "vp8"],
    ["vp09.00.31.08", "vp9"],
    ["av01.0.05M.08", "av1"],
  ])("are read back as they were written: %s", (codec, container) => {
    expect(parse(mimeType(codec, "opus"))).toEqual({
      video: { codec, container },
      audio: { codec: "opus", container: "opus" },
    });
    expect(parse(mimeType(codec, undefined))).toEqual({
      video: { codec, container },
      audio: undefined,
    });
  });

  it("are audio types without video", () => {
    expect(mimeType(undefined, "mp4a.40.2")).toBe('audio/x-matroska;codecs="mp4a.40.2"');
    expect(parse('audio/x-matroska;codecs="mp4a.40.2"').audio?.container).toBe("aac");
  });
});

describe("the encoder's configuration", () => {
  const videoSettings = { width: 1_279, height: 719, frameRate: 30 };
  const target = { videoBitsPerSecond: 1_000_000, frameRate: 15, scale: 0.5 };

  it("uses even sizes", () => {
    expect(scaledSize(videoSettings, 1)).toEqual({ width: 1_280, height: 720 });
    expect(scaledSize(videoSettings, 0.5)).toEqual({ width: 640, height: 360 });
    expect(scaledSize({ ...videoSettings, width: 1, height: 1 }, 0.5)).toEqual({
      width: 2,
      height: 2,
    });
  });

  it("puts H.264's parameter sets into the stream, so that the size can change", () => {
    expect(videoConfig({ codec: "avc1.64001f", container: "avc" }, videoSettings, target)).toEqual({
      codec: "avc1.64001f",
      width: 640,
      height: 360,
      bitrate: 1_000_000,
      framerate: 15,
      latencyMode: "realtime",
      avc: { format: "annexb" },
    });
    expect(
      videoConfig({ codec: "vp8", container: "vp8" }, videoSettings, target),
    ).not.toHaveProperty("avc");
  });

  it("keeps the aspect ratio of a rotated video, within the original pixel count", () => {
    const turned = fitWithin(720, 1_280, { width: 1_280, height: 720, frameRate: 30 });
    expect([turned.width, turned.height]).toEqual([720, 1_280]);
    const grown = fitWithin(2_560, 1_440, { width: 1_280, height: 720, frameRate: 30 });
    expect([grown.width, grown.height]).toEqual([1_280, 720]);
    const small = fitWithin(320, 240, { width: 1_280, height: 720, frameRate: 30 });
    expect([small.width, small.height]).toEqual([320, 240]);
  });
});
