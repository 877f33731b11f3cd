// Runs `npm ci` for the Maven build, unless the installed packages are as new as the lockfile.
import { spawnSync } from "node:child_process";
import { statSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const changed = (...path) => statSync(join(here, ...path), { throwIfNoEntry: false })?.mtimeMs ?? 0;
const wanted = Math.max(
  changed("package-lock.json"),
  ...[".", "client", "site"].map((workspace) => changed(workspace, "package.json")),
);

if (changed("node_modules", ".package-lock.json") < wanted) {
  // On Windows npm is a script, which needs a shell.
  const npm = spawnSync("npm ci --no-progress", { cwd: here, shell: true, stdio: "inherit" });
  process.exitCode = npm.status ?? 1;
}
