// Puts everything that the gateway serves into one folder: `node build.js FOLDER`.
import { build } from "esbuild";
import { cp, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const target = resolve(process.argv[2] ?? join(here, "..", "target", "web"));
const library = join(here, "node_modules", "hls.js");

await rm(target, { recursive: true, force: true });
await mkdir(target, { recursive: true });
await cp(join(here, "pages"), target, { recursive: true });
await build({
  entryPoints: [join(here, "src", "app.js"), join(here, "src", "watch.js")],
  outdir: target,
  bundle: true,
  format: "esm",
  target: "es2022",
  // Loaded by the viewer alone, and only where it is needed.
  external: ["./hls.js"],
  legalComments: "none",
  logLevel: "warning",
});

const player = await readFile(join(library, "dist", "hls.light.min.mjs"), "utf8");
// Its source map is not served.
await writeFile(join(target, "hls.js"), player.replace(/\n?\/\/# sourceMappingURL=\S*\s*$/, "\n"));
await cp(join(library, "LICENSE"), join(target, "hls.js.LICENSE"));
