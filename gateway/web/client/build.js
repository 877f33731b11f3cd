// Builds the npm package in `dist`: the library without mediabunny, which is a dependency there, and its declarations.
import { build } from "esbuild";
import { cp, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { bundleDeclarations } from "./declarations.js";

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
await writeFile(join(target, "sluice.d.ts"), bundleDeclarations());
await cp(join(here, "..", "..", "..", "LICENSE"), join(target, "LICENSE"));
