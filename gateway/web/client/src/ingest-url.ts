import * as failures from "./failures.js";

const SCHEMES: Record<string, string> = {
  "http:": "ws:",
  "https:": "wss:",
  "ws:": "ws:",
  "wss:": "wss:",
};

/**
 * @param page what a relative address is relative to
 * @throws PublishError for what is no address, or one that no WebSocket goes to
 */
export function ingestUrl(url: string | URL, page: string | undefined): string {
  let address: URL;
  try {
    address = new URL(url, page);
  } catch {
    throw failures.invalidUrl(String(url));
  }
  const scheme = SCHEMES[address.protocol];
  if (!scheme) {
    throw failures.invalidUrl(String(url));
  }
  address.protocol = scheme;
  // Older browsers refuse to open a WebSocket to an address with a fragment.
  address.hash = "";
  return address.href;
}
