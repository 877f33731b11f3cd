import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";
import { ScriptedPlatform, ScriptedSource, ScriptedTrack } from "../doubles/scripted.js";
import { Publication } from "../src/publication.js";

const OPENED = {
  type: "opened",
  sessionId: "s",
  mimeType: 'video/webm;codecs="h264,opus"',
  video: "copy",
  audio: "transcode",
  timesliceMs: 200,
  keyFrameIntervalMs: 1500,
  maxBitsPerSecond: 1_000_000,
  maxMessageBytes: 4,
};

describe("a publication", () => {
  let camera, microphone, platform, publication, states;

  beforeEach(() => {
    camera = new ScriptedTrack("video", { width: 1280, height: 720, frameRate: 29.97 });
    microphone = new ScriptedTrack("audio", { sampleRate: 48_000, channelCount: 2 });
    platform = new ScriptedPlatform();
    publish(new ScriptedSource(camera, microphone));
  });

  function publish(source) {
    publication = new Publication({
      url: "ws://host/ingest",
      streamKey: "a?b=c",
      source,
      platform,
    });
    states = [];
    publication.addEventListener("state", () => states.push(publication.state));
  }

  function connect() {
    publication.start();
    platform.socket.onopen();
  }

  function goLive(opened = OPENED) {
    connect();
    platform.socket.says(opened);
  }

  const media = () =>
    Promise.all(
      platform.socket.sent.filter((data) => data instanceof Blob).map((blob) => blob.text()),
    );
  const lastSent = () => platform.socket.sent.at(-1);

  it("names its key, its offers and its tracks in open, and keeps the key out of the address", () => {
    connect();
    assert.equal(platform.socket.url, "ws://host/ingest");
    assert.equal(platform.socket.protocol, "sluice.v1");
    const [open] = platform.socket.sent;
    assert.equal(open.type, "open");
    assert.equal(open.streamKey, "a?b=c");
    assert.equal(open.offers[0], 'video/webm;codecs="h264,opus"');
    assert.deepEqual(open.video, {
      width: 1280,
      height: 720,
      frameRate: 30,
      bitsPerSecond: 2_500_000,
    });
    assert.deepEqual(open.audio, { sampleRate: 48_000, channels: 2, bitsPerSecond: 128_000 });
    publication.abandon();
  });

  it("records as the gateway asks", () => {
    goLive();
    const { options, timesliceMs } = platform.recorder;
    assert.equal(options.mimeType, OPENED.mimeType);
    assert.equal(options.videoKeyFrameIntervalDuration, 1500);
    assert.equal(timesliceMs, 200);
    assert.ok(options.videoBitsPerSecond + options.audioBitsPerSecond <= 1_000_000);
    assert.equal(publication.recordedAs, "video/x-matroska;codecs=avc1,opus");
    assert.deepEqual(states, ["connecting", "live"]);
  });

  it("sends chunks in order and cuts those above the gateway's limit", async () => {
    goLive();
    platform.recorder.gives("abcdefghij");
    platform.recorder.gives("");
    platform.recorder.gives("k");
    assert.deepEqual(await media(), ["abcd", "efgh", "ij", "k"]);
    assert.equal(publication.sentBytes, 11);
  });

  it("says stop after the recorder's last byte and ends when the gateway confirms", async () => {
    goLive();
    publication.stop();
    assert.equal(platform.recorder.stopAsked, true);
    assert.notEqual(lastSent().type, "stop");
    platform.recorder.isThrough("last");
    assert.deepEqual(await media(), ["last"]);
    assert.deepEqual(lastSent(), { type: "stop" });
    platform.socket.says({ type: "ended", acceptedBytes: 4, outTimeMs: 10 });
    assert.equal(publication.ended.acceptedBytes, 4);
    assert.equal(publication.failure, null);
    assert.deepEqual(states, ["connecting", "live", "stopping", "ended"]);
    assert.equal(platform.socket.closedWith, 1000);
  });

  it("passes on the gateway's own words and code when refused", () => {
    connect();
    platform.socket.says({
      type: "failed",
      code: "stream-key-in-use",
      message: "Taken.",
      extra: 1,
    });
    platform.socket.onclose({ code: 4409, reason: "" });
    assert.deepEqual(publication.failure, {
      code: "stream-key-in-use",
      message: "Taken.",
      retryable: false,
    });
    assert.deepEqual(states, ["connecting", "failed"]);
  });

  it("stops the recorder when the gateway fails a live stream", () => {
    goLive();
    platform.socket.says({
      type: "failed",
      code: "output-refused",
      message: "No.",
      retryable: true,
    });
    assert.equal(platform.recorder.stopAsked, true);
    platform.recorder.isThrough("too late");
    assert.equal(publication.sentBytes, 0);
  });

  it("reads a close before opened as unreachable, one while live as lost, and one with words as those", () => {
    connect();
    platform.socket.onclose({ code: 1006, reason: "" });
    assert.equal(publication.failure.code, "gateway-unreachable");

    publish(new ScriptedSource(camera));
    goLive();
    platform.socket.onclose({ code: 1006, reason: "" });
    assert.equal(publication.failure.code, "connection-lost");

    publish(new ScriptedSource(camera));
    goLive();
    platform.socket.onclose({ code: 4503, reason: "full" });
    assert.deepEqual(
      [publication.failure.code, publication.failure.message],
      ["close-4503", "full"],
    );
  });

  it("does not call a stream ended that the gateway has not confirmed", () => {
    goLive();
    publication.stop();
    platform.recorder.isThrough("x");
    platform.socket.onclose({ code: 1000, reason: "" });
    assert.equal(publication.failure.code, "end-unconfirmed");
  });

  it("stops rather than let more than four seconds of media wait", () => {
    goLive();
    for (let second = 1; second <= 5; second++) {
      assert.equal(publication.state, "live", `after ${second - 1} s`);
      platform.nowMs += 1_000;
      platform.socket.bufferedAmount += 3;
      platform.recorder.gives("abc");
    }
    assert.equal(publication.failure.code, "network-too-slow");
    assert.equal(platform.recorder.stopAsked, true);
  });

  it("delivers what an unplugged camera had recorded, then says why it ended", async () => {
    goLive();
    camera.unplug();
    platform.recorder.isThrough("rest");
    assert.deepEqual(await media(), ["rest"]);
    assert.deepEqual(lastSent(), { type: "stop" });
    platform.socket.says({ type: "ended", acceptedBytes: 4 });
    assert.equal(publication.failure.code, "camera-lost");
  });

  it("takes a recorder that stops by itself for lost tracks", () => {
    publish(new ScriptedSource(microphone));
    goLive();
    platform.recorder.state = "inactive";
    platform.recorder.isThrough("rest");
    assert.deepEqual(lastSent(), { type: "stop" });
    platform.socket.says({ type: "ended" });
    assert.equal(publication.failure.code, "microphone-lost");
  });

  it("ends at once when it is cancelled before it is live", () => {
    connect();
    publication.stop();
    assert.deepEqual(states, ["connecting", "ended"]);
    assert.equal(platform.socket.closedWith, 1000);
  });

  it("refuses what is not a message of the protocol", () => {
    for (const words of ["{", "[]", "null", '{"type":"toString"}', '{"type":"opened"}']) {
      publish(new ScriptedSource(camera));
      connect();
      platform.socket.says(words);
      assert.equal(publication.failure.code, "unexpected-message", words);
    }
  });

  it("keeps the last progress", () => {
    goLive();
    platform.socket.says({ type: "progress", acceptedBytes: 7, speed: 1.01, news: true });
    assert.equal(publication.progress.acceptedBytes, 7);
  });

  it("fails without a socket when the browser records nothing", () => {
    platform.isTypeSupported = () => false;
    publication.start();
    assert.equal(publication.failure.code, "nothing-recordable");
    assert.equal(platform.socket, undefined);
  });

  it("fails with the recorder's words when it cannot start", () => {
    platform.record = () => {
      throw new Error("no encoder");
    };
    goLive();
    assert.match(publication.failure.message, /no encoder/);
    assert.equal(platform.socket.closedWith, 1000);
  });

  it("waits for opened, the recorder and ended only so long", (t) => {
    t.mock.timers.enable({ apis: ["setTimeout"] });
    connect();
    t.mock.timers.tick(15_000);
    assert.equal(publication.failure.code, "gateway-silent");

    publish(new ScriptedSource(camera));
    goLive();
    t.mock.timers.tick(60_000);
    assert.equal(publication.state, "live", "a live stream has no deadline");
    publication.stop();
    t.mock.timers.tick(5_000);
    assert.equal(publication.failure.code, "recorder-failed");

    publish(new ScriptedSource(camera));
    goLive();
    publication.stop();
    platform.recorder.isThrough("x");
    t.mock.timers.tick(30_000);
    assert.equal(publication.failure.code, "end-unconfirmed");
  });
});
