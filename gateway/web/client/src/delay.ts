/**
 * How long captured media takes through the browser. Media captured just before `stop` arrives this
 * much later.
 */
export const CAPTURE_LATENCY_MS = 100;

export const delay = (ms: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, ms));
