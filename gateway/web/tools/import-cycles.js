// Fails if modules import each other in a circle: `node tools/import-cycles.js FOLDER…`. Type-only imports count
// too: they do not matter at run time, but modules that need each other cannot be understood one at a time.
import { existsSync, readFileSync, readdirSync, realpathSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";

/** The files that a module imports by a relative path. */
function importsOf(file) {
  return ts
    .preProcessFile(readFileSync(file, "utf8"))
    .importedFiles.filter(({ fileName }) => fileName.startsWith("."))
    .map(({ fileName }) => resolve(dirname(file), fileName.replace(/\.js$/, ".ts")))
    .filter(existsSync);
}

/**
 * Every circle that a depth-first search closes; empty if and only if there is none.
 *
 * @param {string[]} folders searched with their subfolders
 * @returns {string[][]} the files of each circle; the first one is repeated at the end
 */
export function importCycles(folders) {
  const files = folders.flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".ts"))
      .map((name) => resolve(folder, name)),
  );
  const cycles = [];
  const path = [];
  const done = new Set();
  const visit = (file) => {
    const start = path.indexOf(file);
    if (start >= 0) {
      cycles.push([...path.slice(start), file]);
    } else if (!done.has(file)) {
      path.push(file);
      importsOf(file).forEach(visit);
      path.pop();
      done.add(file);
    }
  };
  files.forEach(visit);
  return cycles;
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const web = join(dirname(fileURLToPath(import.meta.url)), "..");
  for (const cycle of importCycles(process.argv.slice(2))) {
    console.error(`import cycle: ${cycle.map((file) => relative(web, file)).join(" -> ")}`);
    process.exitCode = 1;
  }
}
