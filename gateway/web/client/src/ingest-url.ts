import * as failures from "./failures.js";

const SCHEMES: Record<string, string> = {
  "http:": "ws:",
  "https:": "wss:",
  "ws:": "ws:",
  "wss:": "wss:",
};

/**
 * @param page the base for relative URLs
 * @throws PublishError if the URL is invalid or has a scheme that WebSockets do not support
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
  // Older browsers refuse to open a WebSocket to a URL with a fragment.
  address.hash = "";
  return address.href;
}
