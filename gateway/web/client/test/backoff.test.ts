import { describe, expect, it } from "vitest";
import { Backoff } from "../src/backoff.js";

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
