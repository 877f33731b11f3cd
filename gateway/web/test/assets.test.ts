import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { typeCheck, usage } from "../client/test/doubles/consumer.js";

const web = join(import.meta.dirname, "..");

describe("the files that the gateway serves", () => {
  let folder: string;
  let written: string[];

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "sluice-assets-"));
    execFileSync(process.execPath, [join(web, "build.js"), folder]);
    written = readdirSync(folder);
  });
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  const read = (name: string) => readFileSync(join(folder, name));
  const originals = () => readdirSync(folder).filter((name) => !/\.(br|gz|properties)$/.test(name));

  it("are all compressed, without loss", () => {
    expect(originals()).toContain("sluice.d.ts");
    for (const name of originals()) {
      const bytes = read(name);
      expect(brotliDecompressSync(read(`${name}.br`)).equals(bytes), name).toBe(true);
      expect(gunzipSync(read(`${name}.gz`)).equals(bytes), name).toBe(true);
    }
  });

  it("are listed with different hashes for each variant", () => {
    const lines = read("assets.properties").toString().trim().split("\n");
    const names = lines.map((line) => line.replace(/=[0-9a-f]{16}$/, ""));
    expect(names.sort()).toEqual(written.filter((name) => name !== "assets.properties").sort());
    expect(new Set(lines.map((line) => line.split("=")[1])).size).toBe(lines.length);
  });

  it.each([
    ["esnext", "bundler"],
    ["nodenext", "nodenext"],
  ])("contain declarations that a consumer compiles against (%s)", (module, resolution) => {
    const source = `
import { publish } from "./sluice.js";
export const live = publish({ url: "/ingest", streamKey: "k", source: new MediaStream() });
// @ts-expect-error the key is required
void publish({ url: "/ingest", source: new MediaStream() });
${usage("./sluice.js")}`;
    expect(typeCheck(folder, source, module, resolution)).toBe("");
    expect(read("sluice.d.ts").toString()).not.toMatch(/\b(import|from)\b.*["']/);
  });
});
