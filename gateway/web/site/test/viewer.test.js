import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";
import { ScriptedVideo } from "../doubles/scripted.js";
import { chooseStart } from "../src/player.js";
import { Viewer } from "../src/viewer.js";

const LIVE = "#EXTM3U\n#EXTINF:2,\n1.ts\n";
const settled = () => new Promise((resolve) => setImmediate(resolve));

describe("a viewer", () => {
  let video, viewer, text, nowMs, players, lose;

  function watch(t) {
    t.mock.timers.enable({ apis: ["setTimeout", "setInterval"] });
    const start = (_, playlist, onLost) => {
      lose = onLost;
      const player = { playlist, destroyed: false, destroy: () => (player.destroyed = true) };
      players.push(player);
      return player;
    };
    viewer = new Viewer({ video, playlist: "p", start, read: async () => text, now: () => nowMs });
    return viewer.look();
  }

  async function pass(t, seconds) {
    for (let i = 0; i < seconds; i++) {
      nowMs += 1_000;
      t.mock.timers.tick(1_000);
      await settled();
    }
  }

  beforeEach(() => {
    video = new ScriptedVideo();
    text = null;
    nowMs = 0;
    players = [];
  });

  it("waits until there is a stream, then plays it", async (t) => {
    await watch(t);
    assert.equal(viewer.state, "waiting");
    text = LIVE;
    await pass(t, 2);
    assert.equal(viewer.state, "loading");
    video.dispatchEvent(new Event("playing"));
    assert.equal(viewer.state, "playing");
    assert.equal(players.length, 1);
  });

  it("tells when the stream has ended, and plays the next one", async (t) => {
    text = LIVE;
    await watch(t);
    video.dispatchEvent(new Event("playing"));
    text = `${LIVE}#EXT-X-ENDLIST\n`;
    video.dispatchEvent(new Event("ended"));
    await pass(t, 3);
    assert.equal(viewer.state, "ended");
    assert.ok(players[0].destroyed);
    text = LIVE;
    await pass(t, 10);
    assert.equal(players.length, 2);
  });

  it("does not play a playlist again whose writer has died, until it moves", async (t) => {
    text = LIVE;
    await watch(t);
    video.dispatchEvent(new Event("playing"));
    await pass(t, 10);
    assert.equal(viewer.state, "interrupted");
    await pass(t, 30);
    assert.equal(players.length, 1);
    text = `${LIVE}#EXTINF:2,\n2.ts\n`;
    await pass(t, 6);
    assert.equal(players.length, 2);
  });

  it("leaves a paused picture alone", async (t) => {
    text = LIVE;
    await watch(t);
    video.dispatchEvent(new Event("playing"));
    video.paused = true;
    await pass(t, 60);
    assert.equal(viewer.state, "playing");
  });

  it("starts anew when its player is lost", async (t) => {
    text = LIVE;
    await watch(t);
    lose();
    assert.equal(viewer.state, "interrupted");
    assert.ok(players[0].destroyed);
  });
});

describe("the choice of a player", () => {
  const hls = (supported) => async () => ({ default: { isSupported: () => supported } });
  const browser = (answer) => ({ canPlayType: () => answer });

  it("is Media Source, then the browser itself, then none", async () => {
    const throughMediaSource = await chooseStart(browser("maybe"), hls(true));
    const natively = await chooseStart(browser("maybe"), hls(false));
    assert.equal(typeof throughMediaSource, "function");
    assert.equal(typeof natively, "function");
    assert.notEqual(throughMediaSource, natively);
    assert.equal(await chooseStart(browser(""), hls(false)), null);
  });
});
