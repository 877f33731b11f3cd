import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ANY, NONE, capture, choices, constraintsFor } from "../src/capture.js";

const any = { camera: ANY, microphone: ANY };
const named = (name) => Object.assign(new Error(name), { name });

/** Answers each call with the next of the script: an error to throw or a stream to give. */
const devices = (...script) => {
  const asked = [];
  return {
    asked,
    async getUserMedia(constraints) {
      asked.push(constraints);
      const next = script.shift();
      if (next instanceof Error) {
        throw next;
      }
      return next;
    },
  };
};

describe("capture", () => {
  it("tells an insecure page from a refusal, a missing and a busy device", async () => {
    assert.equal((await capture(any, undefined)).failure.code, "insecure-context");
    const of = async (name) => (await capture(any, devices(...Array(3).fill(named(name))))).failure;
    assert.equal((await of("NotAllowedError")).code, "permission-denied");
    assert.equal((await of("NotFoundError")).code, "no-device");
    assert.equal((await of("NotReadableError")).code, "device-busy");
    const none = await capture({ camera: NONE, microphone: NONE }, devices());
    assert.equal(none.failure.code, "nothing-selected");
  });

  it("goes on with the microphone alone where there is no camera", async () => {
    const machine = devices(named("NotFoundError"), named("NotFoundError"), "sound");
    assert.equal((await capture(any, machine)).stream, "sound");
    assert.deepEqual(machine.asked.at(-1), { video: false, audio: {} });
  });

  it("does not ask again after a refusal", async () => {
    const machine = devices(named("NotAllowedError"));
    await capture(any, machine);
    assert.equal(machine.asked.length, 1);
  });

  it("asks for the chosen device and no other", () => {
    const { video, audio } = constraintsFor({ camera: "c1", microphone: NONE });
    assert.deepEqual(video.deviceId, { exact: "c1" });
    assert.equal(audio, false);
  });

  it("offers each device by name, and none", () => {
    const found = [
      { kind: "videoinput", deviceId: "a", label: "Front" },
      { kind: "videoinput", deviceId: "b", label: "" },
      { kind: "audioinput", deviceId: "c", label: "Mic" },
    ];
    assert.deepEqual(
      choices(found, "videoinput").map(({ label }) => label),
      ["Front", "Camera 2", "No camera"],
    );
    assert.equal(choices([], "audioinput")[0].label, "Default microphone");
  });
});
