import { describe, expect, it } from "vitest";
import { configUrl, playlistUrl, watchPath, watchedKey } from "../src/urls.js";

describe("URLs", () => {
  it("follow the page, whatever its prefix", () => {
    expect(playlistUrl("http://h/live/watch/k?x")).toBe("http://h/live/watch/k/index.m3u8");
    expect(configUrl("http://h/live/watch/k?x")).toBe("http://h/live/config.json");
  });

  it.each(["a?b=c&d", "a:b", "live_1-2", "ü%"])("contain the key %s", (key) => {
    const page = new URL(watchPath(key), "http://h/live/").href;
    expect(watchedKey(page)).toBe(key);
    expect(playlistUrl(page)).toBe(`${page}/index.m3u8`);
  });

  it("accept any encoding of the key", () => {
    expect(playlistUrl("http://h/watch/a:b")).toBe("http://h/watch/a:b/index.m3u8");
    expect(watchedKey("http://h/watch/%ff")).toBe("%ff");
  });
});
