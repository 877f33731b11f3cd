/** One entry of a picker. */
export interface Option {
  value: string;
  label: string;
}

export const AUTO = "auto";

/** In a device picker: any device, or none. */
export const ANY = "";
export const NONE = "none";

const automatic = { value: AUTO, label: "Automatic" };

/** The pickers that do not depend on devices. */
export const CHOICES = {
  height: [
    { value: "360", label: "360p" },
    { value: "480", label: "480p" },
    { value: "720", label: "720p" },
    { value: "1080", label: "1080p" },
  ],
  "frame-rate": [
    { value: "15", label: "15 fps" },
    { value: "24", label: "24 fps" },
    { value: "30", label: "30 fps" },
    { value: "60", label: "60 fps" },
  ],
  "bit-rate": [
    automatic,
    { value: "600000", label: "0.6 Mbit/s" },
    { value: "1200000", label: "1.2 Mbit/s" },
    { value: "2500000", label: "2.5 Mbit/s" },
    { value: "4000000", label: "4 Mbit/s" },
    { value: "6000000", label: "6 Mbit/s" },
    { value: "9000000", label: "9 Mbit/s" },
  ],
  codec: [
    automatic,
    { value: "h264", label: "H.264" },
    { value: "hevc", label: "HEVC (H.265)" },
    { value: "vp8", label: "VP8" },
    { value: "vp9", label: "VP9" },
    { value: "av1", label: "AV1" },
  ],
  engine: [
    automatic,
    { value: "webcodecs", label: "WebCodecs" },
    { value: "media-recorder", label: "MediaRecorder" },
  ],
} satisfies Record<string, Option[]>;

export type ChoiceName = keyof typeof CHOICES;

// A 30 fps camera may report 29.97.
const TOLERANCE = 1.02;

/**
 * The options up to a device's maximum; always the smallest one, so that there is something to
 * choose.
 */
export function upTo(options: Option[], most: number | undefined): Option[] {
  return options.filter(
    ({ value }, index) => index === 0 || most === undefined || Number(value) <= most * TOLERANCE,
  );
}

/** The wanted option, or the highest available if the device does not support it. */
export function closestOption(options: Option[], wish: string): string {
  const found = options.some(({ value }) => value === wish);
  return found ? wish : (options.at(-1)?.value ?? wish);
}
