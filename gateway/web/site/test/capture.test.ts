import { describe, expect, it } from "vitest";
import * as constraints from "../src/capture/constraints.js";
import { choices } from "../src/capture/devices.js";
import { decayed, loudness, peakDb, meterFraction } from "../src/capture/level.js";
import { openDevices, openScreen } from "../src/capture/open-devices.js";
import { NONE } from "../src/settings/options.js";
import { DEFAULTS } from "../src/settings/settings.js";
import { ScriptedDevices, aStream, named } from "./doubles/devices.js";

const thrice = (name: string) => [named(name), named(name), named(name)];

describe("opening devices", () => {
  it("distinguishes an insecure page, a refusal, a missing and a busy device", async () => {
    const code = async (...script: Error[]) =>
      (await openDevices(DEFAULTS, new ScriptedDevices(...script))).failure?.code;
    expect((await openDevices(DEFAULTS, undefined)).failure?.code).toBe("insecure-context");
    expect(await code(...thrice("NotAllowedError"))).toBe("permission-denied");
    expect(await code(...thrice("NotFoundError"))).toBe("no-device");
    expect(await code(...thrice("NotReadableError"))).toBe("device-busy");
  });

  it("requests nothing if nothing was selected", async () => {
    const machine = new ScriptedDevices();
    const nothing = { ...DEFAULTS, camera: NONE, microphone: NONE };
    expect((await openDevices(nothing, machine)).failure?.code).toBe("nothing-selected");
    expect(machine.asked).toEqual([]);
  });

  it("continues with the microphone alone if there is no camera", async () => {
    const sound = aStream();
    const machine = new ScriptedDevices(named("NotFoundError"), named("NotFoundError"), sound);
    expect((await openDevices(DEFAULTS, machine)).stream).toBe(sound);
    expect(machine.asked.at(-1)).toEqual({ video: false, audio: {} });
  });

  it("uses another camera if the remembered one is gone", async () => {
    const other = aStream();
    const machine = new ScriptedDevices(named("OverconstrainedError"), other);
    expect((await openDevices({ ...DEFAULTS, camera: "gone" }, machine)).stream).toBe(other);
    expect(machine.asked[0]?.video).toMatchObject({ deviceId: { exact: "gone" } });
    expect(machine.asked[1]?.video).not.toHaveProperty("deviceId");
  });

  it("does not ask again after a refusal", async () => {
    const machine = new ScriptedDevices(named("NotAllowedError"));
    await openDevices(DEFAULTS, machine);
    expect(machine.asked).toHaveLength(1);
  });
});

describe("sharing a screen", () => {
  const refused = (error: Error) => openScreen(DEFAULTS, new ScriptedDevices(error));

  it("is not a failure when the person cancels the browser's dialog", async () => {
    expect(await refused(named("NotAllowedError", "Permission denied"))).toEqual({
      stream: null,
      failure: null,
    });
  });

  it("explains what to do if the system forbids it", async () => {
    const { failure } = await refused(named("NotAllowedError", "Permission denied by system"));
    expect(failure?.code).toBe("screen-blocked");
    expect(failure?.advice).toContain("settings");
  });
});

describe("constraints", () => {
  it("are ideals for a camera, so that any camera works", () => {
    const { width, height, frameRate } = constraints.cameraVideo(DEFAULTS);
    expect({ width, height, frameRate }).toEqual({
      width: { ideal: 1280 },
      height: { ideal: 720 },
      frameRate: { ideal: 30 },
    });
  });

  it("request even sides, as H.264 requires", () => {
    expect(constraints.cameraVideo({ ...DEFAULTS, height: "480" }).width).toEqual({ ideal: 854 });
  });

  it("are limits for a screen, which could be of any size", () => {
    expect(constraints.screenVideo(DEFAULTS)).toMatchObject({
      width: { max: 1280 },
      height: { max: 720 },
    });
  });
});

describe("a device picker", () => {
  it("offers each device by name, and none", () => {
    const found = [
      { kind: "videoinput", deviceId: "a", label: "Front" },
      { kind: "videoinput", deviceId: "b", label: "" },
      { kind: "audioinput", deviceId: "c", label: "Mic" },
    ] as MediaDeviceInfo[];
    expect(choices(found, "videoinput").map(({ label }) => label)).toEqual([
      "Front",
      "Camera 2",
      "No camera",
    ]);
    expect(choices([], "audioinput")[0]?.label).toBe("Default microphone");
  });
});

describe("the audio level", () => {
  it("is in decibels relative to full scale", () => {
    expect(peakDb(new Float32Array([0, -1, 0.5]))).toBe(0);
    expect(peakDb(new Float32Array([0.1]))).toBeCloseTo(-20);
    expect(peakDb(new Float32Array(4))).toBe(-Infinity);
  });

  it("fills the meter from silence to clipping", () => {
    expect([-Infinity, -60, -30, 0, 3].map(meterFraction)).toEqual([0, 0, 0.5, 1, 1]);
    expect([-Infinity, -50, -20, 0].map(loudness)).toEqual(["silent", "quiet", "good", "loud"]);
  });

  it("rises immediately and falls slowly", () => {
    expect(decayed(-40, -3, 50)).toBe(-3);
    expect(decayed(-3, -Infinity, 500)).toBe(-16);
  });
});
