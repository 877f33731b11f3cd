// What npm gets, in `dist`: the library without mediabunny, which is a dependency there, and its declarations.
import { build } from "esbuild";
import { spawnSync } from "node:child_process";
import { cp, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const target = join(here, "dist");

await rm(target, { recursive: true, force: true });
await build({
  entryPoints: { sluice: join(here, "src", "index.ts") },
  outdir: target,
  bundle: true,
  packages: "external",
  format: "esm",
  target: "es2022",
  logLevel: "warning",
});
const compiler = join(here, "..", "node_modules", "typescript", "bin", "tsc");
const compiled = spawnSync(process.execPath, [compiler, "-p", join(here, "tsconfig.build.json")], {
  stdio: "inherit",
});
await cp(join(here, "..", "..", "..", "LICENSE"), join(target, "LICENSE"));
process.exitCode = compiled.status ?? 1;
