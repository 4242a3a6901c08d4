/** Statistics over time as lines and bands; a pixel that holds several timesteps shows their extremes. */
import type { Summary } from "../api/summary.ts";
import { binEdges } from "./binning.ts";
import type { TimeWindow } from "./window.ts";

/** Heights of a curve; null breaks it. */
export type Points = (number | null)[];

/** NaN where the summary has no such statistic or timestep. */
export function statisticAt(summary: Summary, row: number, timestep: number, statistic: string): number {
  const column = summary.statistics.indexOf(statistic);
  if (column < 0 || timestep >= summary.timesteps) return Number.NaN;
  const at = (row * summary.timesteps + timestep) * summary.statistics.length + column;
  return summary.values[at] ?? Number.NaN;
}

/** One statistic at the step of `row`: [timesteps], NaN throughout when the summary has no such statistic. */
export function overTime(summary: Summary, row: number, statistic: string): Float32Array {
  const { timesteps, statistics, values } = summary;
  const column = statistics.indexOf(statistic);
  const series = new Float32Array(timesteps).fill(Number.NaN);
  if (column < 0) return series;
  const start = row * timesteps * statistics.length + column;
  for (let t = 0; t < timesteps; t++) series[t] = values[start + t * statistics.length] ?? Number.NaN;
  return series;
}

const reaches = new WeakMap<Summary, readonly [number, number] | null>();

/**
 * What the widest band spans over all steps and timesteps, or null when nothing is finite. Extremes lie beyond it, and no
 * curve shows them: on their scale one unit far from the others would flatten the bands.
 */
export function reach(summary: Summary): readonly [number, number] | null {
  const known = reaches.get(summary);
  if (known !== undefined) return known;
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let row = 0; row < summary.steps.length; row++) {
    for (const least of overTime(summary, row, "q05")) if (Number.isFinite(least)) low = Math.min(low, least);
    for (const most of overTime(summary, row, "q95")) if (Number.isFinite(most)) high = Math.max(high, most);
  }
  const found = low <= high ? ([low, high] as const) : null;
  reaches.set(summary, found);
  return found;
}

/**
 * Bins of timesteps, as in `binEdges`: at most one per pixel, and no less than one timestep each.
 * They include one timestep beyond either side of the window, so that curves run to the edge.
 */
export function timeEdges(window: TimeWindow, total: number, pixels: number): Uint32Array {
  const first = Math.max(0, Math.floor(window.from) - 1);
  const end = Math.min(total, Math.ceil(window.to) + 1);
  return binEdges(first, end, pixels + 2);
}

/** Whether each bin is one timestep among others; a lone one gets two points, so that it has a width. */
export function isWhole(edges: Uint32Array): boolean {
  const bins = edges.length - 1;
  return bins > 1 && (edges[bins] ?? 0) - (edges[0] ?? 0) === bins;
}

/** The times of a curve's points: the middle of each timestep, or two in each bin of several. */
export function pointTimes(edges: Uint32Array): number[] {
  const shares = isWhole(edges) ? [0.5] : [0.25, 0.75];
  const times: number[] = [];
  eachBin(edges, (start, end) => {
    for (const share of shares) times.push(start + share * (end - start));
  });
  return times;
}

/** A line: the least and the greatest value of each bin, in the order in which they come. */
export function line(values: Float32Array, edges: Uint32Array): Points {
  return points(values, edges, ({ low, high }) => (low <= high ? [low, high] : [high, low]));
}

/** The low edge of a band: the least of each bin. */
export function lowEdge(values: Float32Array, edges: Uint32Array): Points {
  return points(values, edges, ({ low }) => [low, low]);
}

/** The high edge of a band: the greatest of each bin. */
export function highEdge(values: Float32Array, edges: Uint32Array): Points {
  return points(values, edges, ({ high }) => [high, high]);
}

/** Stretches of bins that hold a value above zero, as [start, end) in timesteps. */
export function stretchesAboveZero(values: Float32Array, edges: Uint32Array): [number, number][] {
  const stretches: [number, number][] = [];
  eachBin(edges, (start, end) => {
    const found = extremesWithin(values, start, end);
    if (found === null || (values[found.high] as number) <= 0) return;
    const last = stretches.at(-1);
    if (last !== undefined && last[1] === start) last[1] = end;
    else stretches.push([start, end]);
  });
  return stretches;
}

/** `count` of the steps: the first, the last, and others evenly between them. */
export function spread(steps: readonly number[], count: number): number[] {
  if (count >= steps.length) return [...steps];
  if (count < 2) return steps.slice(steps.length - count);
  const stride = (steps.length - 1) / (count - 1);
  return Array.from({ length: count }, (_, i) => steps[Math.round(i * stride)] as number);
}

/** Where in a bin its least and its greatest value stand. */
interface Extremes {
  readonly low: number;
  readonly high: number;
}

function points(
  values: Float32Array,
  edges: Uint32Array,
  choose: (extremes: Extremes) => [number, number],
): Points {
  const whole = isWhole(edges);
  const heights: Points = [];
  eachBin(edges, (start, end) => {
    const found = extremesWithin(values, start, end);
    const [first, second] = found === null ? [-1, -1] : choose(found);
    heights.push(values[first] ?? null);
    if (!whole) heights.push(values[second] ?? null);
  });
  return heights;
}

function eachBin(edges: Uint32Array, visit: (start: number, end: number) => void): void {
  for (let i = 0; i + 1 < edges.length; i++) visit(edges[i] as number, edges[i + 1] as number);
}

/** Within [start, end), of the finite values; null when there is none. */
function extremesWithin(values: Float32Array, start: number, end: number): Extremes | null {
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  let [low, high] = [-1, -1];
  const stop = Math.min(end, values.length);
  for (let t = start; t < stop; t++) {
    const value = values[t] as number;
    // NaN fails every comparison.
    if (value < least && value > Number.NEGATIVE_INFINITY) [least, low] = [value, t];
    if (value > most && value < Number.POSITIVE_INFINITY) [most, high] = [value, t];
  }
  return low < 0 ? null : { low, high };
}
