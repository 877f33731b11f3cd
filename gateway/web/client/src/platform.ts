import type { Engine, EngineOptions, Offer } from "./engine.js";
import { offersFor } from "./offers.js";
import { RecorderEngine } from "./recorder/engine.js";
import type { EngineName, PublishOptions } from "./types.js";
import { WebCodecsEngine } from "./webcodecs/engine.js";

/** What a stream takes from the browser; tests hand in their own. */
export interface Platform {
  connect: (url: string, protocol: string) => WebSocket;
  offers: (source: MediaStream, wishes: PublishOptions) => Promise<Offer[]>;
  engine: (name: EngineName, options: EngineOptions) => Engine;
  /** The same tracks in a stream of our own: whatever is added to or taken from the caller's does not disturb it. */
  streamOf: (tracks: MediaStreamTrack[]) => MediaStream;
  /** Milliseconds of a clock that never goes back and may stand still while the computer sleeps. */
  now: () => number;
  /** Milliseconds of a clock that goes on while the computer sleeps. */
  wallClock: () => number;
  random: () => number;
  /** Undefined outside of a page. */
  page: PageEvents | undefined;
}

/** Where a page hears of its own fate. */
export interface PageEvents {
  readonly address: string;
  /** Of `visibilitychange`. */
  readonly document: EventTarget & { readonly hidden: boolean };
  /** Of `pagehide`. */
  readonly window: EventTarget;
}

const ENGINES: Record<EngineName, (options: EngineOptions) => Engine> = {
  webcodecs: (options) => new WebCodecsEngine(options),
  "media-recorder": (options) => new RecorderEngine(options),
};

export const browser = (): Platform => ({
  connect: (url, protocol) => new WebSocket(url, protocol),
  offers: (source, wishes) => offersFor(source, wishes),
  engine: (name, options) => ENGINES[name](options),
  streamOf: (tracks) => new MediaStream(tracks),
  now: () => performance.now(),
  wallClock: () => Date.now(),
  random: () => Math.random(),
  page:
    typeof document === "undefined" ? undefined : { address: document.baseURI, document, window },
});
