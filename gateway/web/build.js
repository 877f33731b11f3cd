// Puts everything that the gateway serves into one folder: `node build.js FOLDER`.
import { build } from "esbuild";
import { readFile, readdir } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { bundleDeclarations } from "./client/declarations.js";
import { Assets, withVersionedNames } from "./tools/assets.js";

const here = dirname(fileURLToPath(import.meta.url));
const target = resolve(process.argv[2] ?? join(here, "..", "target", "web"));
const packages = join(here, "node_modules");
const pages = join(here, "site", "pages");

/** @type {import("esbuild").BuildOptions} */
const COMMON = {
  bundle: true,
  write: false,
  format: "esm",
  target: "es2022",
  legalComments: "none",
  logLevel: "warning",
};

const bundle = async (options) => (await build({ ...COMMON, ...options })).outputFiles[0].text;

/** The MPL (3.2) requires that recipients of the executable form are told where its source is. */
async function libraryLicence() {
  const { name, version, license, homepage } = JSON.parse(
    await readFile(join(packages, "mediabunny", "package.json"), "utf8"),
  );
  const text = await readFile(join(packages, "mediabunny", "LICENSE"), "utf8");
  return `sluice.js is part of Sluice and is licensed under the Apache License 2.0. It contains parts of
${name} ${version}, minified but otherwise unmodified, under the ${license} below.
Its source code is available from the npm registry as ${name}@${version}${homepage ? ` and at ${homepage}` : ""}.

${text}`;
}

const assets = new Assets();

assets.add(
  "sluice.js",
  await bundle({
    entryPoints: [join(here, "client", "src", "index.ts")],
    minify: true,
    banner: { js: "/* Sluice's client library. Licences: sluice.js.LICENSE */" },
  }),
);
assets.add("sluice.d.ts", bundleDeclarations());
assets.add("sluice.js.LICENSE", await libraryLicence());

const player = await readFile(join(packages, "hls.js", "dist", "hls.light.min.mjs"), "utf8");
// Its source map is not served.
assets.add("hls.js", player.replace(/\n?\/\/# sourceMappingURL=\S*\s*$/, "\n"));
assets.add("hls.js.LICENSE", await readFile(join(packages, "hls.js", "LICENSE"), "utf8"));

// The pages import the library by its package name, like any other page. In the browser, the library and hls.js
// are separate files: the library because other pages import it too, hls.js because only the viewer loads it.
const separateScripts = {
  name: "separate scripts",
  setup({ onResolve }) {
    const external = (name) => () => ({ path: `./${assets.versioned(name)}`, external: true });
    onResolve({ filter: /^sluice-client$/ }, external("sluice.js"));
    onResolve({ filter: /^\.\/hls\.js$/ }, external("hls.js"));
  },
};
for (const script of ["app", "watch"]) {
  const entryPoints = [join(here, "site", "src", `${script}.ts`)];
  assets.add(`${script}.js`, await bundle({ entryPoints, plugins: [separateScripts] }));
}
for (const style of ["style", "studio", "watch"]) {
  const entryPoints = [join(here, "site", "styles", `${style}.css`)];
  assets.add(`${style}.css`, await bundle({ entryPoints, minify: true }));
}
for (const name of await readdir(pages)) {
  const text = await readFile(join(pages, name), "utf8");
  assets.add(name, name.endsWith(".html") ? withVersionedNames(text, assets) : text);
}
await assets.write(target);
