import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";

const workspace = join(import.meta.dirname, "../../..");

// What a user writes beyond the example, and what must not compile.
export const usage = (library: string) => `
import { PublishError, type LiveStream, type Stats } from "${library}";
export async function more(live: LiveStream): Promise<number> {
  live.addEventListener("failure", ({ detail }) => {
    const again: boolean = detail.willReconnect;
    console.log(detail.error.code, detail.error.advice, again);
  });
  live.addEventListener("state", { handleEvent: (event) => console.log(event.detail.previous) });
  live.addEventListener("anything", (event) => console.log(event.type));
  // @ts-expect-error there is no such thing in it
  live.addEventListener("warning", ({ detail }) => console.log(detail.error));
  // @ts-expect-error it is read-only
  live.state = "ended";
  const stats: Stats = live.stats;
  try {
    return (await live.stop()).acceptedBytes + stats.queuedMs;
  } catch (error) {
    return error instanceof PublishError && error.retryable ? 1 : 0;
  }
}
`;

/** Compiles a consumer in a folder. @returns the compiler's complaints */
export function typeCheck(
  folder: string,
  source: string,
  module: string,
  moduleResolution: string,
): string {
  writeFileSync(join(folder, "consumer.ts"), source);
  const options = { module, moduleResolution, target: "es2022", lib: ["es2022", "dom"] };
  const compilerOptions = {
    ...options,
    strict: true,
    noEmit: true,
    types: [],
    skipDefaultLibCheck: true,
  };
  writeFileSync(
    join(folder, "tsconfig.json"),
    JSON.stringify({ compilerOptions, files: ["consumer.ts"] }),
  );
  const compiler = join(workspace, "node_modules", "typescript", "bin", "tsc");
  try {
    return execFileSync(process.execPath, [compiler, "-p", folder], { encoding: "utf8" });
  } catch (error) {
    return (error as { stdout: string }).stdout;
  }
}
