import { CONFIG } from "./urls.js";

/** What the gateway says of itself. */
export interface Config {
  /** Whether streams can be watched here. */
  preview: boolean;
  /** Whether they go on to somewhere else. */
  publish: boolean;
  version: string;
  /** Its clock, in milliseconds since 1970. */
  nowMs: number | undefined;
}

/** Null where the gateway did not answer. */
export async function readConfig(url: string = CONFIG): Promise<Config | null> {
  const response = await fetch(url).catch(() => null);
  const found: unknown = response?.ok ? await response.json().catch(() => null) : null;
  if (typeof found !== "object" || found === null) {
    return null;
  }
  const { preview, publish, version, nowMs } = found as Partial<Record<keyof Config, unknown>>;
  return {
    preview: preview === true,
    publish: publish === true,
    version: typeof version === "string" ? version : "",
    nowMs: typeof nowMs === "number" ? nowMs : undefined,
  };
}
