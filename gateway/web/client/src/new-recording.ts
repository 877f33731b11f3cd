import { EncodingRequest } from "./encoding-request.js";
import type { Purpose } from "./conversation.js";
import * as failures from "./failures.js";
import { roleOf } from "./liveness-monitor.js";
import { Recording } from "./recording.js";
import type { RecordingOptions } from "./recording.js";

/**
 * What to say to the gateway for a new recording of a source, and what to begin when it agrees.
 *
 * @throws PublishError if the source cannot be recorded
 */
export async function newRecording(
  options: Omit<RecordingOptions, "offers" | "request">,
): Promise<Purpose> {
  const { source, publishOptions, platform } = options;
  const lost = source.getTracks().find(({ readyState }) => readyState === "ended");
  if (lost) {
    throw failures.trackLost(roleOf(lost));
  }
  const offers = await platform.offers(source, publishOptions);
  if (offers.length === 0) {
    throw failures.nothingRecordable();
  }
  const request = new EncodingRequest(source, publishOptions);
  return {
    open: request.open(offers),
    record: (opened) => new Recording({ ...options, offers, request }, opened),
  };
}
