// Every URL is relative to the page, so that the pages work under any path prefix of the
// gateway.

/** Relative to the studio page. */
export const INGEST = "ingest";
export const CONFIG = "config.json";

/** Relative to the studio page. */
export const watchPath = (streamKey: string): string => `watch/${encodeURIComponent(streamKey)}`;

const lastSegment = (page: string) => {
  const { pathname } = new URL(page);
  return pathname.slice(pathname.lastIndexOf("/") + 1);
};

/**
 * The URL of the stream's playlist, `…/watch/KEY/index.m3u8`, from the viewer page's,
 * `…/watch/KEY`.
 */
export function playlistUrl(page: string): string {
  // Without the dot, a key such as `a:b` would be parsed as a URL scheme.
  return new URL(`./${lastSegment(page)}/index.m3u8`, page).href;
}

/** The URL of the gateway's configuration, from the viewer page's. */
export const configUrl = (page: string): string => new URL(`../${CONFIG}`, page).href;

/** The key in the viewer page's URL, for display. */
export function watchedKey(page: string): string {
  const segment = lastSegment(page);
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
