import type { Engine, EngineOptions, Offer } from "./engine.js";
import { offersFor } from "./offers.js";
import { RecorderEngine } from "./recorder/engine.js";
import type { EngineName, PublishOptions } from "./types.js";
import { WebCodecsEngine } from "./webcodecs/engine.js";

/** The browser APIs that a stream uses; tests provide their own. */
export interface Platform {
  connect: (url: string, protocol: string) => WebSocket;
  offers: (source: MediaStream, publishOptions: PublishOptions) => Promise<Offer[]>;
  engine: (name: EngineName, options: EngineOptions) => Engine;
  /**
   * The same tracks in a stream of our own: tracks added to or removed from the caller's do not
   * affect it.
   */
  streamOf: (tracks: MediaStreamTrack[]) => MediaStream;
  /** Milliseconds of a monotonic clock, which may stop while the computer sleeps. */
  now: () => number;
  /** Milliseconds of a clock that continues while the computer sleeps. */
  wallClock: () => number;
  random: () => number;
  /** Undefined outside a page. */
  page: PageEvents | undefined;
}

/** Events of the page's lifecycle. */
export interface PageEvents {
  readonly baseUrl: string;
  /** Target of `visibilitychange`. */
  readonly document: EventTarget & { readonly hidden: boolean };
  /** Target of `pagehide` and `online`. */
  readonly window: EventTarget;
}

const ENGINES: Record<EngineName, (options: EngineOptions) => Engine> = {
  webcodecs: (options) => new WebCodecsEngine(options),
  "media-recorder": (options) => new RecorderEngine(options),
};

export const browser = (): Platform => ({
  connect: (url, protocol) => new WebSocket(url, protocol),
  offers: (source, publishOptions) => offersFor(source, publishOptions),
  engine: (name, options) => ENGINES[name](options),
  streamOf: (tracks) => new MediaStream(tracks),
  now: () => performance.now(),
  wallClock: () => Date.now(),
  random: () => Math.random(),
  page:
    typeof document === "undefined" ? undefined : { baseUrl: document.baseURI, document, window },
});
