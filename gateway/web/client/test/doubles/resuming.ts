// A publication against a gateway that lets it continue, recording a real file: new for each test.
import { afterEach, beforeEach } from "vitest";
import type { PublishOptions } from "../../src/types.js";
import { recording, split, splitterFor } from "../recorder/recordings.js";
import { FakeGateway } from "./gateway.js";
import { create, events, live, pass, platform } from "./publishing.js";

export const WEBM = recording("webm-h264-opus.webm");
export const CHUNKS = split(splitterFor(WEBM.name), [WEBM.bytes]);
export const HEADER = WEBM.bytes.subarray(0, WEBM.headerEnd);

export let gateway: FakeGateway;
let quit: () => void;
export let given: Buffer;
export let next: number;

beforeEach(() => {
  gateway = new FakeGateway();
  platform.connect = gateway.connect;
  platform.offered = [{ mimeType: "video/webm", engine: "media-recorder" }];
  quit = gateway.run();
  given = Buffer.alloc(0);
  next = 0;
});
afterEach(() => quit());

export async function goLive(options?: Partial<PublishOptions>): Promise<void> {
  const started = create(options).start();
  await pass(10);
  await started;
}

/** The next part of the recording. */
export async function record(chunks = 1): Promise<void> {
  for (const { kind, key, bytes, frames } of CHUNKS.slice(next, (next += chunks))) {
    given = Buffer.concat([given, bytes]);
    platform.lastEngine.sink.unit({
      ...{ kind: kind === "header" ? "header" : "muxed", key, frames, droppable: true },
      ...{ capturedAtMs: performance.now(), byteLength: bytes.byteLength },
      toBytes: () => Promise.resolve(bytes),
    });
    await pass(20);
  }
}

/** Records for as long, a part every 100 ms. */
export async function recordFor(ms: number): Promise<void> {
  for (let atMs = 0; atMs < ms; atMs += 100) {
    const isOver = next >= CHUNKS.length;
    await record();
    await pass(isOver ? 100 : 80);
  }
}

export const resumptions = () => events.flatMap((e) => (e.type === "resumed" ? [e.detail] : []));
export const drops = () =>
  events.flatMap((e) => (e.type === "adaptation" && e.detail.change === "dropped" ? [e] : []));

export async function stop() {
  const stopped = live.stop();
  platform.lastEngine.isThrough();
  await pass(500);
  return stopped;
}
