// Every address is relative to the page's own, so that the pages work under whatever prefix the gateway is mounted.

/**
 * @param {string} page the address of the page that goes live
 * @returns {string}
 */
export function ingestUrl(page) {
  const url = new URL("ingest", page);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  return url.href;
}

/** @type {(streamKey: string) => string} relative to the page that goes live */
export const watchPath = (streamKey) => `watch/${encodeURIComponent(streamKey)}`;

/**
 * @param {string} page the address of the viewer, `…/watch/KEY`
 * @returns {string} the address of the stream's playlist, `…/watch/KEY/index.m3u8`
 */
export function playlistUrl(page) {
  const { pathname } = new URL(page);
  const segment = pathname.slice(pathname.lastIndexOf("/") + 1);
  // Without the dot, a key such as `a:b` would be read as the scheme of an address.
  return new URL(`./${segment}/index.m3u8`, page).href;
}

/** @type {(page: string) => string} the key in the viewer's address, for people to read */
export function watchedKey(page) {
  const { pathname } = new URL(page);
  const segment = pathname.slice(pathname.lastIndexOf("/") + 1);
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
