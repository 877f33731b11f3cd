import { ANY, NONE, type Option } from "../settings/options.js";

type DeviceKind = "videoinput" | "audioinput";

/** The options of a device picker. Devices have neither id nor name until permission is granted. */
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

/** The maximum that a track supports; undefined where the browser does not report it. */
export function limits(track: MediaStreamTrack | undefined): {
  height: number | undefined;
  frameRate: number | undefined;
} {
  const can = track?.getCapabilities?.();
  return { height: can?.height?.max, frameRate: can?.frameRate?.max };
}
