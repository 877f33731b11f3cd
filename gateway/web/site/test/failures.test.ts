import { readFileSync } from "node:fs";
import { PublishError } from "../../client/src/errors.js";
import { describe, expect, it } from "vitest";
import { describePublishError } from "../src/failures/publish-failures.js";

const PROTOCOL = new URL("../../../../docs/protocol.md", import.meta.url);

/** The first column of the table of failures. */
const codes = Array.from(
  readFileSync(PROTOCOL, "utf8").matchAll(/^\| `([a-z-]+)` \| \d{4} \| (?:yes|no) \|/gm),
  ([, code]) => code!,
);

describe("a failure of the gateway", () => {
  it("is listed in the documentation", () => {
    expect(codes.length).toBeGreaterThan(15);
  });

  it.each(codes)("%s is explained, with advice", (code) => {
    const failure = describePublishError(new PublishError(code, "said the gateway"));
    expect(failure.message).not.toBe("said the gateway");
    expect(failure.advice).not.toBe("");
    expect(failure.detail).toBe("said the gateway");
    expect(`${failure.message} ${failure.advice}`).not.toMatch(/ffmpeg|websocket|json|mime/i);
  });
});

describe("any other failure", () => {
  it("keeps its own message", () => {
    const failure = describePublishError(new PublishError("camera-lost", "Gone.", "Plug it in."));
    expect(failure).toEqual({ code: "camera-lost", message: "Gone.", advice: "Plug it in." });
  });

  it("suggests a retry if that can help", () => {
    const advice = (retryable: boolean) =>
      describePublishError(new PublishError("new-code", "Hm.", undefined, retryable)).advice;
    expect(advice(true)).toContain("again");
    expect(advice(false)).toBe("");
  });
});
