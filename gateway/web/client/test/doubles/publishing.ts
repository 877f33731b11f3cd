// A publication under test on a scripted platform: new for each test of a file that imports this.
import { afterEach, beforeEach, expect, vi } from "vitest";
import type { PublishError } from "../../src/errors.js";
import { Publication } from "../../src/publication.js";
import type { LiveStreamEvents, PublishOptions } from "../../src/types.js";
import { ScriptedPlatform, ScriptedTrack, camera, microphone, streamOf } from "./browser.js";

export const OPENED = {
  type: "opened",
  sessionId: "s-1",
  mimeType: "video/b",
  video: "copy",
  audio: "transcode",
  timesliceMs: 200,
  keyFrameIntervalMs: 1_500,
  maxBitsPerSecond: 1_000_000,
  maxMessageBytes: 1_000,
};
export const PROGRESS = { type: "progress", acceptedBytes: 1, speed: 1.01 };
export const ENDED = { type: "ended", acceptedBytes: 7, outTimeMs: 40 };
export const refusal = (code: string, retryable: boolean) => ({
  type: "failed",
  code,
  message: "Words.",
  retryable,
});

type Recorded = {
  [K in keyof LiveStreamEvents]: { type: K; detail: LiveStreamEvents[K]["detail"] };
}[keyof LiveStreamEvents];

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

export let video: ScriptedTrack;
export let audio: ScriptedTrack;
export let platform: ScriptedPlatform;
export let live: Publication;
export let events: Recorded[];

beforeEach(() => {
  video = camera();
  audio = microphone();
  platform = new ScriptedPlatform();
  events = [];
});

export const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);
export const states = () => events.flatMap((e) => (e.type === "state" ? [e.detail.state] : []));
export const failures = () =>
  events.flatMap((e) =>
    e.type === "failure" ? [[e.detail.error.code, e.detail.willReconnect]] : [],
  );
export const warnings = () => events.flatMap((e) => (e.type === "warning" ? [e.detail.code] : []));
export const reason = (promise: Promise<unknown>): Promise<PublishError> =>
  promise.then(
    () => expect.fail("it should have been rejected"),
    (error: PublishError) => error,
  );

export function create(options: Partial<PublishOptions> = {}): Publication {
  live = new Publication(
    {
      url: "/ingest",
      streamKey: "a?b=c",
      token: "aaa.bbb.ccc",
      source: streamOf(video, audio),
      ...options,
    },
    platform,
  );
  const types = [
    "state",
    "progress",
    "adaptation",
    "failure",
    "warning",
    "draining",
    "resumed",
    "output",
  ] as const;
  for (const type of types) {
    live.addEventListener(type, (event) =>
      events.push({ type, detail: event.detail } as unknown as Recorded),
    );
  }
  return live;
}

/** As far as `open` has been sent. */
export async function connect(options?: Partial<PublishOptions>) {
  const started = create(options).start();
  started.catch(() => {});
  await pass(0);
  platform.socket.onopen();
  return started;
}

export async function goLive(options?: Partial<PublishOptions>) {
  const started = create(options).start();
  await pass(0);
  platform.socket.onopen();
  platform.socket.says(OPENED);
  await started;
  await pass(0);
}

/** Answers what a reconnecting stream does next. */
export async function liveAgain(afterMs: number) {
  await pass(afterMs);
  platform.socket.onopen();
  platform.socket.says(OPENED);
}

/** Replaces the camera before the stream is created. */
export function useVideo(track: ScriptedTrack): void {
  video = track;
}
