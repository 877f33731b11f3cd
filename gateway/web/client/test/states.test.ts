import { describe, expect, it } from "vitest";
import { isOver, transition } from "../src/states.js";

describe("states", () => {
  it("allow no transition out of a final state and none that skips going live", () => {
    expect(transition("live", "stopping")).toBe("stopping");
    expect(() => transition("ended", "live")).toThrow();
    expect(() => transition("connecting", "stopping")).toThrow();
    expect(isOver("failed") && isOver("ended") && !isOver("reconnecting")).toBe(true);
  });
});
