import { build } from "esbuild";
import { execFileSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { typeCheck, usage } from "./doubles/consumer.js";

const client = join(import.meta.dirname, "..");
const workspace = join(client, "..");
const installed = join(workspace, "node_modules");

let project: string;
let unpacked: string;

beforeAll(() => {
  project = mkdtempSync(join(tmpdir(), "sluice-client-"));
  unpacked = join(project, "node_modules", "sluice-client");
  mkdirSync(unpacked, { recursive: true });
  execFileSync(process.execPath, [join(client, "build.js")], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  const facts = execFileSync("npm", ["pack", "--json", "--silent", "--pack-destination", project], {
    cwd: client,
    encoding: "utf8",
    shell: process.platform === "win32",
    stdio: ["ignore", "pipe", "ignore"],
  });
  const [{ filename }] = JSON.parse(facts) as [{ filename: string }];
  execFileSync("tar", ["-xzf", join(project, filename), "--strip-components=1", "-C", unpacked]);
  // What npm would install next to it, without network access.
  for (const dependency of Object.keys(manifest().dependencies)) {
    symlinkSync(join(installed, dependency), join(project, "node_modules", dependency), "junction");
  }
  writeFileSync(join(project, "package.json"), '{"type":"module"}');
});
afterAll(() => {
  rmSync(project, { recursive: true, force: true });
});

const manifest = () =>
  JSON.parse(readFileSync(join(unpacked, "package.json"), "utf8")) as {
    dependencies: Record<string, string>;
  };

const exampleOfTheReadme = () => {
  const [, code] = /```ts\n(.*?)```/s.exec(readFileSync(join(unpacked, "README.md"), "utf8")) ?? [];
  return code ?? expect.fail("the README has no example");
};

describe("the npm package", () => {
  it("contains the library, its declarations, its licence and its README", () => {
    for (const file of ["dist/sluice.js", "dist/sluice.d.ts", "dist/LICENSE", "README.md"]) {
      expect(existsSync(join(unpacked, file)), file).toBe(true);
    }
    expect(existsSync(join(unpacked, "src"))).toBe(false);
  });

  it.each([
    ["esnext", "bundler"],
    ["nodenext", "nodenext"],
  ])("compiles the README's example and more (%s)", (module, resolution) => {
    expect(
      typeCheck(project, exampleOfTheReadme() + usage("sluice-client"), module, resolution),
    ).toBe("");
  });

  it("can be bundled, and is tree-shaken from a page that does not publish", async () => {
    const bundled = async (source: string) => {
      writeFileSync(join(project, "page.js"), source);
      const { outputFiles } = await build({
        entryPoints: [join(project, "page.js")],
        bundle: true,
        format: "esm",
        write: false,
        logLevel: "silent",
      });
      return outputFiles[0]?.text ?? "";
    };
    const whole = await bundled('import { publish } from "sluice-client"; globalThis.p = publish;');
    expect(whole).toContain("sluice.v1");
    const error = await bundled(
      'import { PublishError } from "sluice-client"; globalThis.e = PublishError;',
    );
    expect(error.length).toBeLessThan(3_000);
  });

  it("can be imported without a browser, as for server-side rendering", () => {
    const imported = execFileSync(
      process.execPath,
      ["-e", 'import("sluice-client").then((m) => console.log(Object.keys(m).sort().join()))'],
      { cwd: project, encoding: "utf8" },
    );
    expect(imported.trim()).toBe("PublishError,publish");
  });
});
