/** The state of a stream by its HLS media playlist (RFC 8216). */
export function playlistState(text: string): "starting" | "live" | "ended" {
  const lines = text.split(/\r?\n/);
  if (lines.includes("#EXT-X-ENDLIST")) {
    return "ended";
  }
  return lines.some((line) => line.startsWith("#EXTINF:")) ? "live" : "starting";
}

const MIN_POLL_MS = 700;
const MAX_POLL_MS = 5_000;

/**
 * Milliseconds until the next poll: short at first, when a stream is about to start, then longer.
 *
 * @param attempt from 0
 */
export const nextPollMs = (attempt: number): number =>
  Math.min(MAX_POLL_MS, MIN_POLL_MS * 1.3 ** attempt);
