/**
 * @param {string} text of an HLS media playlist (RFC 8216)
 * @returns {"starting" | "live" | "ended"} what a viewer can expect of it
 */
export function playlistState(text) {
  const lines = text.split(/\r?\n/);
  if (lines.includes("#EXT-X-ENDLIST")) {
    return "ended";
  }
  return lines.some((line) => line.startsWith("#EXTINF:")) ? "live" : "starting";
}

const SOONEST_MS = 700;
const LATEST_MS = 5_000;

/**
 * @param {number} attempt from 0
 * @returns {number} milliseconds until the next look: soon at first, when a stream is about to start, then seldom
 */
export const nextLookMs = (attempt) => Math.min(LATEST_MS, SOONEST_MS * 1.3 ** attempt);
