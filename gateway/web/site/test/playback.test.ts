import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { GatewayClock } from "../src/playback/gateway-clock.js";
import { choosePlayer, type Player } from "../src/playback/player.js";
import { nextPollMs, playlistState } from "../src/playback/playlist.js";
import { Viewer } from "../src/playback/viewer.js";

const LIVE = "#EXTM3U\n#EXTINF:2,\n1.ts\n";

class ScriptedVideo extends EventTarget {
  currentTime = 0;
  paused = false;
  play = () => Promise.resolve();
}

class ScriptedPlayer implements Player {
  destroyed = false;
  capturedAtMs = () => undefined;
  toLiveEdge = () => {};
  destroy = () => {
    this.destroyed = true;
  };
}

describe("a viewer", () => {
  let video: ScriptedVideo;
  let viewer: Viewer;
  let text: string | null;
  let nowMs: number;
  let players: ScriptedPlayer[];
  let lose: () => void;

  beforeEach(() => {
    vi.useFakeTimers();
    video = new ScriptedVideo();
    text = null;
    nowMs = 0;
    players = [];
    viewer = new Viewer({
      video: video as unknown as HTMLVideoElement,
      playlist: "p",
      start: (_video, _playlist, onLost) => {
        lose = onLost;
        players.push(new ScriptedPlayer());
        return players.at(-1)!;
      },
      read: () => Promise.resolve(text),
      now: () => nowMs,
    });
  });

  afterEach(() => {
    vi.useRealTimers();
  });

  async function pass(seconds: number) {
    for (let i = 0; i < seconds; i++) {
      nowMs += 1_000;
      await vi.advanceTimersByTimeAsync(1_000);
    }
  }

  it("waits until there is a stream, then plays it", async () => {
    await viewer.poll();
    expect(viewer.state).toBe("waiting");
    text = LIVE;
    await pass(2);
    expect(viewer.state).toBe("loading");
    video.dispatchEvent(new Event("playing"));
    expect(viewer.state).toBe("playing");
    expect(players).toHaveLength(1);
  });

  it("reports the end of the stream, and plays the next one", async () => {
    text = LIVE;
    await viewer.poll();
    video.dispatchEvent(new Event("playing"));
    text = `${LIVE}#EXT-X-ENDLIST\n`;
    video.dispatchEvent(new Event("ended"));
    await pass(3);
    expect(viewer.state).toBe("ended");
    expect(players[0]?.destroyed).toBe(true);
    text = LIVE;
    await pass(10);
    expect(players).toHaveLength(2);
  });

  it("does not replay the playlist of a crashed writer until it changes", async () => {
    text = LIVE;
    await viewer.poll();
    video.dispatchEvent(new Event("playing"));
    await pass(10);
    expect(viewer.state).toBe("interrupted");
    await pass(30);
    expect(players).toHaveLength(1);
    text = `${LIVE}#EXTINF:2,\n2.ts\n`;
    await pass(6);
    expect(players).toHaveLength(2);
  });

  it("does not restart a paused video", async () => {
    text = LIVE;
    await viewer.poll();
    video.dispatchEvent(new Event("playing"));
    video.paused = true;
    await pass(60);
    expect(viewer.state).toBe("playing");
  });

  it("restarts when its player fails", async () => {
    text = LIVE;
    await viewer.poll();
    lose();
    expect(viewer.state).toBe("interrupted");
    expect(players[0]?.destroyed).toBe(true);
  });
});

describe("the choice of a player", () => {
  type Load = NonNullable<Parameters<typeof choosePlayer>[1]>;
  const hls = (supported: boolean) =>
    (() => Promise.resolve({ default: { isSupported: () => supported } })) as unknown as Load;
  const browser = (answer: CanPlayTypeResult) => ({ canPlayType: () => answer });

  it("is Media Source, then the browser itself, then none", async () => {
    const startWithHls = await choosePlayer(browser("maybe"), hls(true));
    const startNatively = await choosePlayer(browser("maybe"), hls(false));
    expect(startWithHls).toBeTypeOf("function");
    expect(startNatively).toBeTypeOf("function");
    expect(startWithHls).not.toBe(startNatively);
    expect(await choosePlayer(browser(""), hls(false))).toBeNull();
  });
});

describe("a playlist", () => {
  it("is starting, live or ended", () => {
    expect(playlistState("#EXTM3U\n")).toBe("starting");
    expect(playlistState("#EXTM3U\r\n#EXTINF:2.0,\r\na.ts\r\n")).toBe("live");
    expect(playlistState("#EXTM3U\n#EXTINF:2.0,\na.ts\n#EXT-X-ENDLIST\n")).toBe("ended");
  });

  it("is polled often at first, then rarely", () => {
    expect(nextPollMs(0)).toBeLessThan(1_000);
    expect(nextPollMs(50)).toBe(5_000);
  });
});

describe("the gateway's clock", () => {
  it("is taken from the answer with the shortest round trip", async () => {
    let here = 0;
    // The gateway is 10 s ahead; its answers take different times to return.
    const waysBackMs = [900, 20, 400];
    const clock = new GatewayClock(
      () => {
        here += 20;
        const theirs = here + 10_000;
        here += waysBackMs.shift()!;
        return Promise.resolve(theirs);
      },
      () => here,
    );
    expect(clock.nowMs).toBeUndefined();
    for (let i = 0; i < 3; i++) {
      await clock.synchronize();
    }
    expect(clock.nowMs).toBe(here + 10_000);
  });

  it("stays unknown if the gateway does not send it", async () => {
    const clock = new GatewayClock(() => Promise.resolve(undefined));
    await clock.synchronize();
    expect(clock.nowMs).toBeUndefined();
  });
});
