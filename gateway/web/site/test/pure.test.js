import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Backlog, slices } from "../src/backlog.js";
import { bitRates } from "../src/bitrate.js";
import * as format from "../src/format.js";
import { demoKey } from "../src/key.js";
import { ingestUrl, playlistUrl, watchPath, watchedKey } from "../src/locations.js";
import { parseServerMessage } from "../src/messages.js";
import { offersFor } from "../src/offers.js";
import { nextLookMs, playlistState } from "../src/playlist.js";
import { Rate } from "../src/rate.js";
import { isOver, step } from "../src/states.js";

describe("offers", () => {
  const both = { hasVideo: true, hasAudio: true };
  const everything = offersFor(both, () => true);

  it("begin with H.264 in Matroska's family and end with MP4", () => {
    assert.equal(everything[0], 'video/webm;codecs="h264,opus"');
    const firstOf = (word) => everything.findIndex((type) => type.includes(word));
    assert.ok(firstOf("avc1") < firstOf("vp8"));
    assert.ok(firstOf("vp8") < firstOf("vp9") && firstOf("vp9") < firstOf("av1,"));
    assert.ok(firstOf("av1,") < firstOf("video/mp4"));
    assert.equal(new Set(everything).size, everything.length);
  });

  it("name only the codecs of the tracks that there are", () => {
    const silent = offersFor({ hasVideo: true, hasAudio: false }, () => true);
    assert.ok(silent.every((type) => type.startsWith("video/") && !/opus|mp4a/.test(type)));
    assert.equal(new Set(silent).size, silent.length);
    const dark = offersFor({ hasVideo: false, hasAudio: true }, () => true);
    assert.ok(dark.every((type) => type.startsWith("audio/")));
    assert.deepEqual(
      offersFor({ hasVideo: false, hasAudio: false }, () => true),
      [],
    );
  });

  it("leave out what the browser cannot record", () => {
    assert.deepEqual(
      offersFor(both, (type) => type.includes("mp4a")),
      ['video/mp4;codecs="avc1.640028,mp4a.40.2"', 'video/mp4;codecs="avc1.42E01F,mp4a.40.2"'],
    );
  });
});

describe("bit rates", () => {
  const hd = { width: 1280, height: 720, frameRate: 30 };

  it("follow the picture's size, within bounds", () => {
    assert.deepEqual(bitRates({ video: hd, audio: {} }), { video: 2_500_000, audio: 128_000 });
    assert.equal(
      bitRates({ video: { width: 3840, height: 2160, frameRate: 60 } }).video,
      6_000_000,
    );
    assert.equal(bitRates({ video: { width: 160, height: 120, frameRate: 5 } }).video, 300_000);
    assert.equal(bitRates({ video: {} }).video, 2_500_000);
    assert.deepEqual(bitRates({ audio: {} }), { video: 0, audio: 128_000 });
  });

  it("stay below the gateway's limit with room for overshoot, and sound gives way last", () => {
    const { video, audio } = bitRates({ video: hd, audio: {} }, 1_000_000);
    assert.equal(audio, 128_000);
    assert.equal(video + audio, 900_000);
    const tight = bitRates({ video: hd, audio: {} }, 200_000);
    assert.ok(tight.audio >= 24_000 && tight.video + tight.audio <= 180_000);
    assert.equal(bitRates({ audio: {} }, 64_000).audio, 57_600);
  });
});

describe("the backlog", () => {
  it("counts the time of chunks that have not wholly left", () => {
    const backlog = new Backlog(0);
    backlog.sent(100, 250);
    backlog.sent(100, 500);
    backlog.sent(100, 750);
    assert.equal(backlog.waitingMs(300), 750);
    assert.equal(backlog.waitingMs(201), 750);
    assert.equal(backlog.waitingMs(200), 500);
    assert.equal(backlog.waitingMs(1), 250);
    assert.equal(backlog.waitingMs(0), 0);
    assert.equal(backlog.sentBytes, 300);
  });

  it("does not take a laptop's sleep for media that waits", () => {
    const backlog = new Backlog(0);
    backlog.sent(100, 3_600_000);
    assert.ok(backlog.waitingMs(100) < 4_000);
  });

  it("cuts a chunk into slices that join to the same bytes", async () => {
    const parts = slices(new Blob(["abcdefg"]), 3);
    assert.deepEqual(await Promise.all(parts.map((part) => part.text())), ["abc", "def", "g"]);
    assert.equal(slices(new Blob(["abc"]), 3).length, 1);
    assert.equal(slices(new Blob([]), 3).length, 0);
  });
});

describe("states", () => {
  it("allow no way out of an end and no way round the beginning", () => {
    assert.equal(step("live", "stopping"), "stopping");
    assert.throws(() => step("ended", "live"));
    assert.throws(() => step("idle", "live"));
    assert.ok(isOver("failed") && isOver("ended") && !isOver("stopping"));
  });
});

describe("messages", () => {
  it("get defaults for what an older gateway leaves out and lose what makes no sense", () => {
    const opened = parseServerMessage(
      '{"type":"opened","mimeType":"a/b","timesliceMs":-1,"video":"x"}',
    );
    assert.equal(opened.timesliceMs, 250);
    assert.equal(opened.video, undefined);
    assert.equal(opened.maxMessageBytes, undefined);
  });

  it("of other kinds are null", () => {
    assert.equal(parseServerMessage(new ArrayBuffer(1)), null);
    assert.equal(parseServerMessage('{"type":"constructor"}'), null);
    assert.equal(parseServerMessage('{"type":5}'), null);
  });
});

describe("addresses", () => {
  it("follow the page, whatever it is mounted under", () => {
    assert.equal(ingestUrl("https://h/live/?a=b#c"), "wss://h/live/ingest");
    assert.equal(ingestUrl("http://h:8080/"), "ws://h:8080/ingest");
    assert.equal(playlistUrl("http://h/live/watch/k?x"), "http://h/live/watch/k/index.m3u8");
  });

  it("carry every key that a platform hands out", () => {
    for (const key of ["a?b=c&d", "a:b", "live_1-2", "ü%"]) {
      const page = new URL(watchPath(key), "http://h/live/").href;
      assert.equal(watchedKey(page), key);
      assert.equal(playlistUrl(page), `${page}/index.m3u8`);
    }
    assert.equal(playlistUrl("http://h/watch/a:b"), "http://h/watch/a:b/index.m3u8");
    assert.equal(watchedKey("http://h/watch/%ff"), "%ff");
  });

  it("of a demonstration have a key that nobody guesses", () => {
    assert.match(demoKey(), /^demo-[2-9a-z]{12}$/);
    assert.notEqual(demoKey(), demoKey());
  });
});

describe("numbers", () => {
  it("read as people read them", () => {
    assert.equal(format.duration(59_999), "0:59");
    assert.equal(format.duration(3_661_000), "1:01:01");
    assert.equal(format.bytes(999), "999 B");
    assert.equal(format.bytes(2_500_000), "2.5 MB");
    assert.equal(format.bitRate(2_410_000), "2.41 Mbit/s");
    assert.equal(format.frameRate(29.97), "30 fps");
    assert.equal(format.speed(1.013), "1.01×");
    assert.equal(format.count(0), "0");
    assert.equal(format.bytes(undefined), "–");
  });

  it("say in words what happens to each track", () => {
    assert.equal(
      format.handling({ video: "copy", audio: "transcode" }),
      "Video copied, audio transcoded",
    );
    assert.equal(format.handling({ audio: "copy" }), "Audio copied");
    assert.equal(format.handling({}), "–");
  });

  it("of the rate cover the last seconds only", () => {
    const rate = new Rate();
    assert.equal(rate.sample(0, 0), undefined);
    assert.equal(rate.sample(1_000, 1_000), 8_000);
    for (let second = 2; second <= 10; second++) {
      rate.sample(1_000, second * 1_000);
    }
    assert.equal(rate.sample(1_000, 11_000), 0);
  });
});

describe("a playlist", () => {
  it("is starting, live or ended", () => {
    assert.equal(playlistState("#EXTM3U\n"), "starting");
    assert.equal(playlistState("#EXTM3U\r\n#EXTINF:2.0,\r\na.ts\r\n"), "live");
    assert.equal(playlistState("#EXTM3U\n#EXTINF:2.0,\na.ts\n#EXT-X-ENDLIST\n"), "ended");
  });

  it("is looked for soon at first, then seldom", () => {
    assert.ok(nextLookMs(0) < 1_000);
    assert.equal(nextLookMs(50), 5_000);
  });
});
