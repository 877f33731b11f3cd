import { describe, expect, it } from "vitest";
import type { Offer } from "../src/engine.js";
import { offersFor } from "../src/offers.js";
import type { OfferSources } from "../src/offers.js";
import { recorderOffers } from "../src/recorder/offers.js";
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
