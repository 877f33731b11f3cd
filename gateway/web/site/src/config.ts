import { CONFIG } from "./urls.js";

/** What the gateway offers. */
export interface Config {
  /** Whether streams can be watched here. */
  preview: boolean;
  /** Whether streams are forwarded by RTMP. */
  publish: boolean;
  version: string;
  /** The gateway's clock, in milliseconds since 1970. */
  nowMs: number | undefined;
}

/** Null if the gateway did not answer. */
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
