import { type BitRates, bitRates } from "./bitrate.js";
import type { Offer } from "./engine.js";
import type { OpenMessage } from "./messages.js";
import type { PublishOptions, Target } from "./types.js";

const FRAMES_PER_SECOND = 30;

/** What to ask of the encoders and of the gateway for a source. */
export class EncodingRequest {
  readonly #options: PublishOptions;
  readonly #tracks: {
    video?: MediaTrackSettings | undefined;
    audio?: MediaTrackSettings | undefined;
  };

  constructor(source: MediaStream, options: PublishOptions) {
    this.#options = options;
    this.#tracks = {
      video: source.getVideoTracks()[0]?.getSettings(),
      audio: source.getAudioTracks()[0]?.getSettings(),
    };
  }

  rates(maxBitsPerSecond: number): BitRates {
    const { video, audio } = this.#options;
    const wished = { video: video?.bitsPerSecond, audio: audio?.bitsPerSecond };
    return bitRates(this.#tracks, wished, maxBitsPerSecond);
  }

  target(videoBitsPerSecond: number): Target {
    const delivered = this.#tracks.video?.frameRate || FRAMES_PER_SECOND;
    const frameRate = Math.min(this.#options.video?.frameRate ?? Infinity, delivered);
    return { videoBitsPerSecond, frameRate, scale: 1 };
  }

  open(offers: Offer[]): OpenMessage {
    const { streamKey, token, resume, reconnect } = this.#options;
    const rates = this.rates(Infinity);
    return {
      streamKey,
      token,
      offers: offers.map(({ mimeType }) => mimeType),
      ...this.#tracks,
      videoBitsPerSecond: rates.video,
      audioBitsPerSecond: rates.audio,
      resume: resume !== false && reconnect !== false,
      keyFrames: offers.some(({ engine }) => engine === "webcodecs"),
    };
  }
}
