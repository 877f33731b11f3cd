// Puts everything that the gateway serves into one folder: `node build.js FOLDER`.
import { build } from "esbuild";
import { cp, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const target = resolve(process.argv[2] ?? join(here, "..", "target", "web"));
const packages = join(here, "node_modules");

/** @type {import("esbuild").BuildOptions} */
const COMMON = {
  outdir: target,
  bundle: true,
  format: "esm",
  target: "es2022",
  legalComments: "none",
  logLevel: "warning",
};

// The pages import the library by its name, as everybody does; at run time it is the one file beside them.
const librariesBesideThePages = {
  name: "libraries beside the pages",
  setup({ onResolve }) {
    onResolve({ filter: /^sluice-client$/ }, () => ({ path: "./sluice.js", external: true }));
    // Loaded by the viewer alone, and only where it is needed.
    onResolve({ filter: /^\.\/hls\.js$/ }, ({ path }) => ({ path, external: true }));
  },
};

/** The MPL (3.2) wants whoever gets the executable form to be told where its source is. */
async function licenceOfTheLibrary() {
  const { name, version, license, homepage } = JSON.parse(
    await readFile(join(packages, "mediabunny", "package.json"), "utf8"),
  );
  const words = await readFile(join(packages, "mediabunny", "LICENSE"), "utf8");
  return `sluice.js is a part of Sluice, under the Apache License 2.0. It contains parts of
${name} ${version}, unmodified but for minification, under the ${license} below.
Its source code is available from the npm registry as ${name}@${version}${homepage ? ` and at ${homepage}` : ""}.

${words}`;
}

await rm(target, { recursive: true, force: true });
await mkdir(target, { recursive: true });
await cp(join(here, "site", "pages"), target, { recursive: true });

await build({
  ...COMMON,
  entryPoints: { sluice: join(here, "client", "src", "index.ts") },
  minify: true,
  banner: { js: "/* Sluice's client library. Licences: sluice.js.LICENSE */" },
});
await writeFile(join(target, "sluice.js.LICENSE"), await licenceOfTheLibrary());

await build({
  ...COMMON,
  entryPoints: [join(here, "site", "src", "app"), join(here, "site", "src", "watch")],
  plugins: [librariesBesideThePages],
});

const player = await readFile(join(packages, "hls.js", "dist", "hls.light.min.mjs"), "utf8");
// Its source map is not served.
await writeFile(join(target, "hls.js"), player.replace(/\n?\/\/# sourceMappingURL=\S*\s*$/, "\n"));
await cp(join(packages, "hls.js", "LICENSE"), join(target, "hls.js.LICENSE"));
