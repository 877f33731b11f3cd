import { ANY, NONE, type Option } from "../settings/options.js";

type DeviceKind = "videoinput" | "audioinput";

/** What a device picker offers. A device has neither id nor name until permission was given. */
export function choices(devices: MediaDeviceInfo[], kind: DeviceKind): Option[] {
  const word = kind === "videoinput" ? "camera" : "microphone";
  const found = devices
    .filter((device) => device.kind === kind && device.deviceId !== "")
    .map(({ deviceId, label }, index) => ({
      value: deviceId,
      label: label || `${word[0]?.toUpperCase()}${word.slice(1)} ${index + 1}`,
    }));
  const any = found.length === 0 ? [{ value: ANY, label: `Default ${word}` }] : [];
  return [...any, ...found, { value: NONE, label: `No ${word}` }];
}

/** What a track says it can do at most; undefined where the browser does not tell. */
export function limits(track: MediaStreamTrack | undefined): {
  height: number | undefined;
  frameRate: number | undefined;
} {
  const can = track?.getCapabilities?.();
  return { height: can?.height?.max, frameRate: can?.frameRate?.max };
}
