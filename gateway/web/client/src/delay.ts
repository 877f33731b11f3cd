/** What was captured before a stream is stopped is still on its way through the browser for so long. */
export const UNDER_WAY_MS = 100;

export const pause = (ms: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, ms));
