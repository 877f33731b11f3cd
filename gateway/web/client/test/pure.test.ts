import { describe, expect, it } from "vitest";
import { Backoff } from "../src/backoff.js";
import { bitRates } from "../src/bitrate.js";
import type { Offer } from "../src/engine.js";
import { ingestUrl } from "../src/ingest-url.js";
import { parseServerMessage } from "../src/messages.js";
import { offersFor } from "../src/offers.js";
import type { OfferSources } from "../src/offers.js";
import { recorderOffers } from "../src/recorder/offers.js";
import { isOver, transition } from "../src/states.js";
import { camera, microphone, streamOf } from "./doubles/browser.js";

const types = (offers: Offer[]) => offers.map(({ mimeType }) => mimeType);
const both = { hasVideo: true, hasAudio: true };

describe("the offers of MediaRecorder", () => {
  it("are what the browser records, H.264 first and MP4 last", () => {
    const all = types(recorderOffers(both, () => true));
    expect(all[0]).toBe('video/webm;codecs="h264,opus"');
    expect(all.findIndex((type) => type.includes("mp4"))).toBeGreaterThan(
      all.findIndex((type) => type.includes("vp8")),
    );
    const onlyMp4 = types(recorderOffers(both, (type) => type.startsWith("video/mp4")));
    expect(onlyMp4[0]).toBe('video/mp4;codecs="avc1.640028,mp4a.40.2"');
    expect(recorderOffers(both, () => false)).toEqual([]);
  });

  it("name the existing tracks", () => {
    const picture = types(recorderOffers({ hasVideo: true, hasAudio: false }, () => true));
    expect(picture).toContain('video/webm;codecs="vp8"');
    expect(picture.join()).not.toContain("opus");
    expect(new Set(picture).size).toBe(picture.length);
    const sound = types(recorderOffers({ hasVideo: false, hasAudio: true }, () => true));
    expect(sound.every((type) => type.startsWith("audio/"))).toBe(true);
  });

  it("contain the requested codecs only", () => {
    expect(types(recorderOffers({ ...both, codecs: ["vp9"] }, () => true))).toEqual([
      'video/webm;codecs="vp9,opus"',
      'video/mp4;codecs="vp9,opus"',
    ]);
  });
});

describe("the offers of both engines", () => {
  const source = streamOf(camera(), microphone());
  const offer = (engine: Offer["engine"]) => (mimeType: string) => ({ mimeType, engine });
  const ask: OfferSources = {
    webcodecs: () => Promise.resolve(["a", "b"].map(offer("webcodecs"))),
    "media-recorder": () => Promise.resolve(["b", "c"].map(offer("media-recorder"))),
  };
  const offered = async (engines?: Offer["engine"][]) =>
    (await offersFor(source, { engines }, ask)).map((o) => `${o.mimeType} ${o.engine}`);

  it("follow the order of preference, with duplicates offered for the first engine", async () => {
    expect(await offered()).toEqual(["a webcodecs", "b webcodecs", "c media-recorder"]);
    expect(await offered(["media-recorder", "webcodecs"])).toEqual([
      "b media-recorder",
      "c media-recorder",
      "a webcodecs",
    ]);
    expect(await offered(["media-recorder"])).toEqual(["b media-recorder", "c media-recorder"]);
    expect(await offered([])).toEqual([]);
  });

  it("do not exceed the gateway's limit", async () => {
    const many = Array.from({ length: 100 }, (_, i) => offer("webcodecs")(`t${i}`));
    const offers = await offersFor(source, {}, { ...ask, webcodecs: () => Promise.resolve(many) });
    expect(offers).toHaveLength(64);
  });

  it("are empty without MediaRecorder", async () => {
    expect(await offersFor(source, {})).toEqual([]);
  });
});

describe("bit rates", () => {
  const hd = { width: 1280, height: 720, frameRate: 30 };

  it("follow the video's size, within bounds", () => {
    expect(bitRates({ video: hd, audio: {} })).toEqual({ video: 2_500_000, audio: 128_000 });
    expect(bitRates({ video: { width: 3840, height: 2160, frameRate: 60 } }).video).toBe(6_000_000);
    expect(bitRates({ video: { width: 160, height: 120, frameRate: 5 } }).video).toBe(300_000);
    expect(bitRates({ video: {} }).video).toBe(2_500_000);
    expect(bitRates({ video: { width: 1280, height: 720, frameRate: 0 } }).video).toBe(2_500_000);
    expect(bitRates({ audio: {} })).toEqual({ video: 0, audio: 128_000 });
  });

  it("are the requested ones, below the gateway's limit", () => {
    const wished = { video: 9_000_000, audio: 64_000 };
    expect(bitRates({ video: hd, audio: {} }, wished)).toEqual(wished);
    expect(bitRates({ video: hd, audio: {} }, wished, 5_000_000)).toEqual({
      video: 4_436_000,
      audio: 64_000,
    });
  });

  it("leave room for overshoot, and reduce audio last", () => {
    const { video, audio } = bitRates({ video: hd, audio: {} }, {}, 1_000_000);
    expect([video, audio]).toEqual([772_000, 128_000]);
    const tight = bitRates({ video: hd, audio: {} }, {}, 200_000);
    expect(tight.audio).toBeGreaterThanOrEqual(24_000);
    expect(tight.video + tight.audio).toBeLessThanOrEqual(180_000);
    expect(bitRates({ audio: {} }, {}, 64_000).audio).toBe(57_600);
  });
});

describe("reconnect delays", () => {
  it("are drawn from the full growing range", () => {
    const longest = new Backoff(Infinity, () => 1);
    const pauses = Array.from({ length: 8 }, () => longest.next(0, 0));
    expect(pauses).toEqual([500, 1_000, 2_000, 4_000, 8_000, 15_000, 15_000, 15_000]);
    expect(new Backoff(Infinity, () => 0).next(0, 0)).toBe(0);
  });

  it("end when the time is up, and restart after a stable connection", () => {
    const backoff = new Backoff(1_000, () => 1);
    expect(backoff.next(0, 60_000)).toBe(500);
    expect(backoff.next(600, 0)).toBeNull();
    expect(backoff.next(900, 10_000)).toBe(500);
  });

  it("are added to what the gateway asks for", () => {
    const backoff = new Backoff(60_000, () => 0.5);
    expect(backoff.next(0, 0, 30_000)).toBe(30_250);
    expect(backoff.next(31_000, 0, 0)).toBe(500);
    expect(backoff.next(31_000, 0, 30_000)).toBeNull();
  });
});

describe("the ingest URL", () => {
  it("is relative to the page, and has no fragment", () => {
    expect(ingestUrl("ingest", "https://h/live/?a=b#c")).toBe("wss://h/live/ingest");
    expect(ingestUrl("/ingest#x", "http://h:8080/")).toBe("ws://h:8080/ingest");
    expect(ingestUrl(new URL("wss://g/in?x=y"), undefined)).toBe("wss://g/in?x=y");
    expect(ingestUrl("https://g/ingest", "http://h/")).toBe("wss://g/ingest");
  });
});

describe("states", () => {
  it("allow no transition out of a final state and none that skips going live", () => {
    expect(transition("live", "stopping")).toBe("stopping");
    expect(() => transition("ended", "live")).toThrow();
    expect(() => transition("connecting", "stopping")).toThrow();
    expect(isOver("failed") && isOver("ended") && !isOver("reconnecting")).toBe(true);
  });
});

describe("messages", () => {
  it("get defaults for fields missing in an older gateway, and lose invalid ones", () => {
    expect(
      parseServerMessage('{"type":"opened","mimeType":"a/b","timesliceMs":-1,"video":"x"}'),
    ).toMatchObject({ timesliceMs: 250, video: undefined, maxMessageBytes: Infinity });
  });

  it("limit the retry delay to what a timer supports", () => {
    const retryAfterMs = (json: string) => {
      const message = parseServerMessage(`{"type":"failed","code":"gateway-full"${json}}`);
      return message?.type === "failed" && message.retryAfterMs;
    };
    expect(retryAfterMs("")).toBe(0);
    expect(retryAfterMs(',"retryAfterMs":"soon"')).toBe(0);
    expect(retryAfterMs(',"retryAfterMs":-5')).toBe(0);
    expect(retryAfterMs(',"retryAfterMs":1500')).toBe(1_500);
    expect(retryAfterMs(',"retryAfterMs":1e12')).toBe(3_600_000);
  });

  it("of other kinds are null", () => {
    expect(parseServerMessage(new ArrayBuffer(1))).toBeNull();
    expect(parseServerMessage('{"type":"constructor"}')).toBeNull();
    expect(parseServerMessage('{"type":5}')).toBeNull();
  });
});
