import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { negotiation, statistics } from "../src/view/statistics.js";
import { NEGOTIATED, STATS } from "./doubles/live-stream.js";

const site = join(import.meta.dirname, "..");
const page = (name: string) => readFileSync(join(site, "pages", name), "utf8");
const idsIn = (html: string) => [...html.matchAll(/\bid="([^"]+)"/g)].map(([, id]) => id);
const studio = idsIn(page("index.html"));

describe("the ids of the pages' elements", () => {
  it("exist for all statistics", () => {
    const shown = { ...statistics(STATS), ...negotiation(NEGOTIATED, false) };
    expect(studio).toEqual(expect.arrayContaining(Object.keys(shown)));
  });

  it("exist wherever the scripts name one", () => {
    const known = [...studio, ...idsIn(page("watch.html"))];
    const calls = /\b(?:element(?:<\w+>)?|setText|setVisible|fillPicker|picked)\(\s*"([^"]+)"/g;
    const sources = readdirSync(join(site, "src"), { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".ts"))
      .map((name) => readFileSync(join(site, "src", name), "utf8"));
    const named = sources.flatMap((text) => [...text.matchAll(calls)].map(([, id]) => id));
    expect(named.length).toBeGreaterThan(40);
    expect(known).toEqual(expect.arrayContaining(named));
  });
});
