// Which formats to offer to the gateway: what this browser can actually record, by feature
// detection and not by its name.
import type { Offer } from "./engine.js";
import { recorderOffers } from "./recorder/offers.js";
import type { EngineName, PublishOptions } from "./types.js";
import { webCodecsOffers } from "./webcodecs/support.js";

// The gateway's limit.
const MAX_OFFERS = 64;
const BOTH: EngineName[] = ["webcodecs", "media-recorder"];

type RequestedFormats = Pick<PublishOptions, "video" | "audio" | "engines">;

/** Per engine, what it can record of this source. */
export type OfferSources = Record<
  EngineName,
  (source: MediaStream, requested: RequestedFormats) => Promise<Offer[]>
>;

export const BROWSER_SOURCES: OfferSources = {
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

/**
 * Best first; empty when nothing can be recorded. A type that two engines support is offered for
 * the preferred one only.
 */
export async function offersFor(
  source: MediaStream,
  requested: RequestedFormats,
  sources: OfferSources = BROWSER_SOURCES,
): Promise<Offer[]> {
  const engines = requested.engines ?? BOTH;
  const offers = (
    await Promise.all(engines.map((engine) => sources[engine](source, requested)))
  ).flat();
  const seen = new Set<string>();
  return offers
    .filter(({ mimeType }) => !seen.has(mimeType) && seen.add(mimeType))
    .slice(0, MAX_OFFERS);
}
