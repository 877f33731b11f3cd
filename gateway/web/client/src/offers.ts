// What may be offered to the gateway: what this browser can really record, by asking it and not by its name.
import type { Offer } from "./engine.js";
import { recorderOffers } from "./recorder/offers.js";
import type { EngineName, PublishOptions } from "./types.js";
import { webCodecsOffers } from "./webcodecs/support.js";

// The gateway's limit.
const MOST_OFFERS = 64;
const BOTH: EngineName[] = ["webcodecs", "media-recorder"];

type Wishes = Pick<PublishOptions, "video" | "audio" | "engines">;

/** For each engine what it can make of this source. */
export type Ask = Record<EngineName, (source: MediaStream, wishes: Wishes) => Promise<Offer[]>>;

export const BROWSER: Ask = {
  webcodecs: webCodecsOffers,
  "media-recorder": (source, { video }) =>
    Promise.resolve(
      typeof MediaRecorder === "undefined"
        ? []
        : recorderOffers(
            {
              hasVideo: source.getVideoTracks().length > 0,
              hasAudio: source.getAudioTracks().length > 0,
              codecs: video?.codecs,
            },
            (type) => MediaRecorder.isTypeSupported(type),
          ),
    ),
};

/** Best first; empty when nothing can be recorded. A type that two engines make stands for the preferred one. */
export async function offersFor(
  source: MediaStream,
  wishes: Wishes,
  ask: Ask = BROWSER,
): Promise<Offer[]> {
  const engines = wishes.engines ?? BOTH;
  const offers = (await Promise.all(engines.map((engine) => ask[engine](source, wishes)))).flat();
  const seen = new Set<string>();
  return offers
    .filter(({ mimeType }) => !seen.has(mimeType) && seen.add(mimeType))
    .slice(0, MOST_OFFERS);
}
