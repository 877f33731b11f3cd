import type { LiveStream } from "./live-stream.js";
import { browser } from "./platform.js";
import { Publication } from "./publication.js";
import type { PublishOptions } from "./types.js";

/**
 * Publishes a MediaStream to a gateway.
 *
 * @returns the stream, once it is live
 * @throws PublishError if the stream could not go live; the first connection is tried once
 */
export async function publish(options: PublishOptions): Promise<LiveStream> {
  return new Publication(options, browser()).start();
}
