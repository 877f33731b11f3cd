import { describe, expect, it } from "vitest";
import { parseServerMessage } from "../src/parse-message.js";

describe("messages", () => {
  it("get defaults for fields missing in an older gateway, and lose invalid ones", () => {
    expect(
      parseServerMessage('{"type":"opened","mimeType":"a/b","timesliceMs":-1,"video":"x"}'),
    ).toMatchObject({ timesliceMs: 250, video: undefined, maxMessageBytes: Infinity });
  });

  it("limit the retry delay to what a timer supports", () => {
    const retryAfterMs = (json: string) => {
      const message = parseServerMessage(`{"type":"failed","code":"gateway-full"${json}}`);
      return message?.type === "failed" && message.retryAfterMs;
    };
    expect(retryAfterMs("")).toBe(0);
    expect(retryAfterMs(',"retryAfterMs":"soon"')).toBe(0);
    expect(retryAfterMs(',"retryAfterMs":-5')).toBe(0);
    expect(retryAfterMs(',"retryAfterMs":1500')).toBe(1_500);
    expect(retryAfterMs(',"retryAfterMs":1e12')).toBe(3_600_000);
  });

  it("of other kinds are null", () => {
    expect(parseServerMessage(new ArrayBuffer(1))).toBeNull();
    expect(parseServerMessage('{"type":"constructor"}')).toBeNull();
    expect(parseServerMessage('{"type":5}')).toBeNull();
  });
});
