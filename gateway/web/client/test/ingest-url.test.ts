import { describe, expect, it } from "vitest";
import { ingestUrl } from "../src/ingest-url.js";

describe("the ingest URL", () => {
  it("is relative to the page, and has no fragment", () => {
    expect(ingestUrl("ingest", "https://h/live/?a=b#c")).toBe("wss://h/live/ingest");
    expect(ingestUrl("/ingest#x", "http://h:8080/")).toBe("ws://h:8080/ingest");
    expect(ingestUrl(new URL("wss://g/in?x=y"), undefined)).toBe("wss://g/in?x=y");
    expect(ingestUrl("https://g/ingest", "http://h/")).toBe("wss://g/ingest");
  });
});
