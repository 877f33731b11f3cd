import { describe, expect, it } from "vitest";
import { Backlog, awayLimits } from "../../src/sending/backlog.js";

const AWAY = { maxMs: 30_000, maxBytes: 1_000 };
const grant = { token: "t", windowMs: 20_000, maxKeptBytes: 5_000, query: undefined };

describe("what may wait for the network", () => {
  it("is little while there is a connection, and all that may be kept while there is none", () => {
    const backlog = new Backlog(2_000, AWAY);
    backlog.attached(0, 0);
    expect(backlog.limit(100, 500, 300)).toEqual({
      maxMs: 2_000,
      maxBytes: Infinity,
      keeps: "oldest",
    });
    backlog.detached();
    expect(backlog.limit(200, 500, 300)).toEqual({ maxMs: 30_000, maxBytes: 700, keeps: "newest" });
    expect(backlog.limit(200, 500, 1_300).maxBytes).toBe(0);
  });

  it("shrinks after an absence by a quarter of the time that passes, down to the ordinary", () => {
    const backlog = new Backlog(2_000, AWAY);
    backlog.detached();
    backlog.attached(10_000, 8_000);
    const maxMs = (nowMs: number, queuedMs: number) => {
      backlog.heard(nowMs, queuedMs);
      return backlog.limit(nowMs, queuedMs, 0).maxMs;
    };
    expect(maxMs(10_000, 8_000)).toBe(10_000);
    for (let nowMs = 10_500; nowMs < 14_000; nowMs += 500) {
      expect(maxMs(nowMs, 8_000)).toBe(10_000 - (nowMs - 10_000) / 4);
    }
    expect(maxMs(14_000, 1_500)).toBe(9_000);
    expect(backlog.isAfterAbsence(14_000)).toBe(true);
    expect(maxMs(14_500, 900)).toBe(2_000);
    expect(backlog.isAfterAbsence(14_500)).toBe(false);
  });

  it("is not limited by the network that reports nothing any more", () => {
    const backlog = new Backlog(2_000, AWAY);
    backlog.attached(0, 0);
    backlog.heard(250, 0);
    expect(backlog.limit(1_000, 700, 0).maxMs).toBe(2_000);
    expect(backlog.limit(1_001, 700, 0).maxMs).toBe(30_000);
    backlog.heard(3_000, 2_700);
    expect(backlog.limit(3_000, 2_700, 0)).toMatchObject({ maxMs: 4_700, keeps: "newest" });
  });

  it("is always little where a recording ends with its connection", () => {
    const backlog = new Backlog(2_000, null);
    backlog.attached(0, 0);
    expect(backlog.limit(60_000, 1_500, 0).maxMs).toBe(2_000);
    backlog.detached();
    expect(backlog.limit(60_000, 1_500, 0).maxMs).toBe(2_000);
  });
});

describe("what may be kept", () => {
  it("is what the page and the gateway both permit", () => {
    expect(awayLimits(grant, undefined)).toEqual({ maxMs: 20_000, maxBytes: 5_000 });
    expect(awayLimits(grant, { maxMs: 10_000, maxBytes: 50_000 })).toEqual({
      maxMs: 10_000,
      maxBytes: 5_000,
    });
    expect(awayLimits({ ...grant, windowMs: 90_000, maxKeptBytes: Infinity }, {})).toEqual({
      maxMs: 30_000,
      maxBytes: 33_554_432,
    });
    expect(awayLimits(grant, false)).toBeNull();
    expect(awayLimits(undefined, {})).toBeNull();
  });
});
