import { WINDOW_MS, type StatsSample } from "../broadcast/stats-history.js";
import { describeSeries, linePath, marksPath, roundUp, type Point } from "./chart.js";
import { bitRate, delay, frameRate } from "../text/format.js";
import { element } from "./dom.js";

interface Chart {
  id: string;
  name: string;
  /** The chart's main line. */
  main: (sample: StatsSample) => number | undefined;
  /** The line it is compared with. */
  other: (sample: StatsSample) => number | undefined;
  format: (value: number) => string;
  /** Minimum of the scale's upper end. */
  minTop: number;
}

const CHARTS: Chart[] = [
  {
    id: "chart-bits",
    name: "Bit rate",
    main: (sample) => sample.sentBitsPerSecond,
    other: (sample) => sample.targetBitsPerSecond,
    format: bitRate,
    minTop: 500_000,
  },
  {
    id: "chart-delay",
    name: "Delay to the server",
    main: (sample) => sample.delayMs,
    other: (sample) => sample.queuedMs,
    format: delay,
    minTop: 200,
  },
  {
    id: "chart-frames",
    name: "Frame rate",
    main: (sample) => sample.encodedPerSecond,
    other: (sample) => sample.writtenPerSecond,
    format: frameRate,
    minTop: 15,
  },
];

/** Draws the last minute. */
export function showCharts(samples: readonly StatsSample[], nowMs: number): void {
  const drops = samples.filter(({ dropped }) => dropped).map(({ atMs }) => atMs);
  for (const { id, name, main, other, format, minTop } of CHARTS) {
    const points = (read: Chart["main"]): Point[] =>
      samples.map((sample) => ({ atMs: sample.atMs, value: read(sample) }));
    const mains = points(main);
    const others = points(other);
    const highest = Math.max(minTop, ...[...mains, ...others].map(({ value }) => value ?? 0));
    const frame = { nowMs, windowMs: WINDOW_MS, top: roundUp(highest * 1.1) };
    const svg = element<SVGSVGElement>(id);
    draw(svg, "grid", "M0 40H300M0 0.5H300M0 79.5H300");
    draw(svg, "marks", marksPath(drops, frame));
    draw(svg, "other", linePath(others, frame));
    draw(svg, "main", linePath(mains, frame));
    svg.setAttribute("aria-label", describeSeries(name, mains, format));
    svg.parentElement?.setAttribute("data-top", format(frame.top));
  }
}

function draw(svg: SVGSVGElement, name: string, path: string) {
  let line = svg.querySelector(`.${name}`);
  if (!line) {
    line = document.createElementNS("http://www.w3.org/2000/svg", "path");
    line.classList.add(name);
    svg.append(line);
  }
  line.setAttribute("d", path);
}
