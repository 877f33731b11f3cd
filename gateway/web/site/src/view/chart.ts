// A small chart as SVG paths: no library, no canvas, sharp at every size, coloured by the style
// sheet.

export const WIDTH = 300;
export const HEIGHT = 80;

export interface Point {
  atMs: number;
  value: number | undefined;
}

export interface Frame {
  nowMs: number;
  windowMs: number;
  /** The value at the upper edge. */
  top: number;
}

/** The next round number, so that the scale does not change with every value. */
export function roundUp(value: number): number {
  if (value <= 0) {
    return 1;
  }
  const power = 10 ** Math.floor(Math.log10(value));
  const step = [1, 1.5, 2, 3, 4, 5, 8, 10].find((factor) => factor * power >= value * 0.999);
  return (step ?? 10) * power;
}

const round = (value: number) => Math.round(value * 10) / 10;

/** From left to right; unknown values interrupt the line. */
export function linePath(points: readonly Point[], { nowMs, windowMs, top }: Frame): string {
  let path = "";
  let pen = "M";
  for (const { atMs, value } of points) {
    if (value === undefined || !Number.isFinite(value)) {
      pen = "M";
      continue;
    }
    const x = round(WIDTH * (1 - (nowMs - atMs) / windowMs));
    const y = round(HEIGHT * (1 - Math.min(1, Math.max(0, value / top))));
    path += `${pen}${x} ${y}`;
    pen = "L";
  }
  return path;
}

/** A vertical line at each of these times. */
export function marksPath(moments: readonly number[], { nowMs, windowMs }: Frame): string {
  return moments
    .map((atMs) => `M${round(WIDTH * (1 - (nowMs - atMs) / windowMs))} 0V${HEIGHT}`)
    .join("");
}

/** The chart as text, for screen readers. */
export function describeSeries(
  name: string,
  points: readonly Point[],
  format: (value: number) => string,
): string {
  const values = points.flatMap(({ value }) => (value === undefined ? [] : [value]));
  const last = values.at(-1);
  if (last === undefined) {
    return `${name} over the last minute: no data.`;
  }
  const lowest = format(Math.min(...values));
  const highest = format(Math.max(...values));
  return `${name} over the last minute: now ${format(last)}, lowest ${lowest}, highest ${highest}.`;
}
