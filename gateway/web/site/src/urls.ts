// Every address is relative to the page's own, so that the pages work under whatever prefix the gateway is mounted.

/** Relative to the page that goes live. */
export const INGEST = "ingest";
export const CONFIG = "config.json";

/** Relative to the page that goes live. */
export const watchPath = (streamKey: string): string => `watch/${encodeURIComponent(streamKey)}`;

const lastSegment = (page: string) => {
  const { pathname } = new URL(page);
  return pathname.slice(pathname.lastIndexOf("/") + 1);
};

/** The address of the stream's playlist, `…/watch/KEY/index.m3u8`, seen from the viewer's, `…/watch/KEY`. */
export function playlistUrl(page: string): string {
  // Without the dot, a key such as `a:b` would be read as the scheme of an address.
  return new URL(`./${lastSegment(page)}/index.m3u8`, page).href;
}

/** The address of the gateway's configuration, seen from the viewer's. */
export const configUrl = (page: string): string => new URL(`../${CONFIG}`, page).href;

/** The key in the viewer's address, for people to read. */
export function watchedKey(page: string): string {
  const segment = lastSegment(page);
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
