import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

const web = join(import.meta.dirname, "..");
const tool = join(web, "tools", "import-cycles.js");

describe("the check for import cycles", () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "sluice-cycles-"));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  const write = (name: string, text: string) => {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  };
  const check = () => spawnSync(process.execPath, [tool, folder], { encoding: "utf8" });

  it.each([
    ["values", 'import { b } from "./sub/b.js";', 'import { a } from "../a.js";'],
    ["types", 'import type { B } from "./sub/b.js";', 'export type { A } from "../a.js";'],
    ["a lazy import", 'export * from "./sub/b.js";', 'const a = () => import("../a.js");'],
  ])("fails on a cycle of %s", (_, a, b) => {
    write("a.ts", a);
    write("sub/b.ts", b);
    const { status, stderr } = check();
    expect(status).toBe(1);
    expect(stderr).toContain("a.ts -> ");
  });

  it("fails on a module that imports itself", () => {
    write("a.ts", 'import { a } from "./a.js";');
    expect(check().status).toBe(1);
  });

  it("accepts a module that is imported along two paths", () => {
    write("a.ts", 'import "./b.js"; import "./c.js";');
    write("b.ts", 'import "./d.js";');
    write("c.ts", 'import "./d.js";');
    write("d.ts", "export {};");
    expect(check()).toMatchObject({ status: 0, stderr: "" });
  });

  it("finds none in the client library and the pages", () => {
    execFileSync(process.execPath, [tool, join(web, "client", "src"), join(web, "site", "src")]);
  });
});
