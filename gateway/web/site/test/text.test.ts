import { describe, expect, it } from "vitest";
import * as format from "../src/text/format.js";
import { codecName, handlingExplanation, handlingSummary } from "../src/text/stream.js";
import { negotiation, statistics } from "../src/view/statistics.js";
import { NEGOTIATED, STATS } from "./doubles/live-stream.js";

describe("statistics", () => {
  it("are formatted for people", () => {
    expect(format.duration(59_999)).toBe("0:59");
    expect(format.duration(3_661_000)).toBe("1:01:01");
    expect(format.bytes(999)).toBe("999 B");
    expect(format.bytes(2_500_000)).toBe("2.5 MB");
    expect(format.bitRate(999_700)).toBe("1.00 Mbit/s");
    expect(format.bitRate(2_410_000)).toBe("2.41 Mbit/s");
    expect(format.frameRate(29.97)).toBe("30 fps");
    expect(format.speed(1.013)).toBe("1.01×");
    expect(format.delay(999.9)).toBe("1.0 s");
    expect(format.delay(95.2)).toBe("95 ms");
    expect(format.count(12_000)).toBe("12,000");
  });

  it("are a dash if unknown", () => {
    expect(format.bytes(undefined)).toBe("–");
    expect(format.bitRate(NaN)).toBe("–");
    expect(statistics({ ...STATS, delayMs: undefined, framesPerSecond: undefined })).toMatchObject({
      delay: "–",
      "encoded-rate": "–",
      speed: "–",
    });
  });

  it("include the frames of dropped groups", () => {
    expect(statistics({ ...STATS, droppedGroups: 2, droppedFrames: 88 })["dropped-groups"]).toBe(
      "2 groups, 88 frames",
    );
  });
});

describe("the negotiated format", () => {
  it("is summarised, and explained", () => {
    expect(handlingSummary(NEGOTIATED)).toBe("Video copied, audio transcoded");
    expect(handlingSummary({ video: undefined, audio: "copy" })).toBe("Audio copied");
    expect(handlingExplanation(NEGOTIATED, false)).toContain("without transcoding (H.264)");
    const vp8 = { ...NEGOTIATED, video: "transcode" as const, recordedAs: "video/webm;codecs=vp8" };
    expect(handlingExplanation(vp8, false)).toContain("this browser records VP8");
    expect(handlingExplanation(vp8, true)).toContain("because you chose VP8");
  });

  it("names common codecs", () => {
    const names = ["avc3.64", "h264", "vp09.00", "vp8", "av01.0", "hvc1.1", "x"].map(codecName);
    expect(names).toEqual(["H.264", "H.264", "VP9", "VP8", "AV1", "HEVC", "its own format"]);
  });

  it("falls back to the offer if the recorder reports nothing", () => {
    expect(negotiation({ ...NEGOTIATED, recordedAs: "" }, false)["mime-type"]).toBe(
      NEGOTIATED.mimeType,
    );
  });
});
