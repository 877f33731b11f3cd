/** One entry of a picker. */
export interface Option {
  value: string;
  label: string;
}

export const AUTO = "auto";

/** Of a device picker: any device, or none. */
export const ANY = "";
export const NONE = "none";

const automatic = { value: AUTO, label: "Automatic" };

/** What the pickers that do not depend on devices offer. */
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

// A camera of 30 frames a second may call that 29.97.
const TOLERANCE = 1.02;

/** Of a choice that a device limits, those it can do; the least one always, so that there is something to choose. */
export function within(options: Option[], most: number | undefined): Option[] {
  return options.filter(
    ({ value }, index) => index === 0 || most === undefined || Number(value) <= most * TOLERANCE,
  );
}

/** What comes of a wish: itself, or the most there is where the device cannot do as much. */
export function granted(options: Option[], wish: string): string {
  const found = options.some(({ value }) => value === wish);
  return found ? wish : (options.at(-1)?.value ?? wish);
}
