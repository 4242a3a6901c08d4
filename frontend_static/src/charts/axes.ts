/** Axes of line charts: scales in CSS pixels, places under the mouse, and labels. */
import { type ScaleContinuousNumeric, scaleLinear, scaleLog } from "d3-scale";
import { formatEnd } from "../maths/format.ts";
import { rowAt } from "../maths/hit.ts";
import type { TimeWindow } from "../maths/window.ts";

export type Scale = ScaleContinuousNumeric<number, number>;

/** Room at both ends of a training axis, so that the mouse reaches the first and the last step. */
const INSET = 8;

export interface XAxis {
  readonly width: number;
  readonly scale: Scale;
  /** Where a place of the axis is drawn: a step, or the middle of a cell. */
  readonly x: (place: number) => number;
  /** The place under the mouse; null where there is none. */
  readonly at: (x: number) => number | null;
  /** The texts below the ends of the axis. */
  readonly ends: readonly [string, string] | null;
}

/** Captured steps at their true distances; the mouse is at the nearest of them. */
export function stepAxis(steps: readonly number[], width: number, unit = ""): XAxis {
  const [first = 0, last = first] = [steps[0], steps.at(-1)];
  const scale = scaleLinear([first, last], [INSET, Math.max(INSET, width - INSET)]);
  const ends = [`${unit} ${first}`, String(last)] as const;
  return { width, scale, x: scale, at: (x) => nearest(steps, scale, x), ends };
}

function nearest(steps: readonly number[], scale: Scale, x: number): number | null {
  let best: number | null = null;
  let distance = Number.POSITIVE_INFINITY;
  for (const step of steps) {
    const away = Math.abs(scale(step) - x);
    if (away < distance) [best, distance] = [step, away];
  }
  return best;
}

/** `count` cells side by side: timesteps or ranks. */
export function cellAxis(count: number, width: number, ends: XAxis["ends"] = null): XAxis {
  const scale = scaleLinear([0, count], [0, width]);
  return { width, scale, x: (cell) => scale(cell + 0.5), at: (x) => rowAt(x, width, count), ends };
}

/** The visible stretch of time. */
export function windowAxis({ from, to }: TimeWindow, width: number): XAxis {
  const scale = scaleLinear([from, to], [0, width]);
  return { width, scale, x: scale, at: () => null, ends: null };
}

export interface YAxis {
  readonly scale: Scale;
  /** Values that are always labelled. */
  readonly labelled: readonly number[];
  /** Values with a line across, labelled where there is room. */
  readonly ticks: readonly number[];
  readonly label: (value: number) => string;
}

/** Lines at the ends of the domain, which are labelled, as are the values of `more`. */
export function linearAxis(
  domain: readonly [number, number],
  [bottom, top]: readonly [number, number],
  more: readonly number[] = [],
): YAxis {
  const labelled = [...new Set([domain[0], ...more, domain[1]])];
  return { scale: scaleLinear(domain, [bottom, top]), labelled, ticks: domain, label: formatEnd };
}

/** Lines at the ends of the domain and at powers of ten; a value beyond an end lies at it. */
export function logAxis(
  domain: readonly [number, number],
  [bottom, top]: readonly [number, number],
  label: YAxis["label"] = formatEnd,
): YAxis {
  const scale = scaleLog(domain, [bottom, top]).clamp(true);
  return { scale, labelled: domain, ticks: [domain[0], ...decades(domain), domain[1]], label };
}

/** Powers of ten strictly between the ends. */
export function decades([low, high]: readonly [number, number]): number[] {
  const ticks: number[] = [];
  for (let power = Math.floor(Math.log10(low)); 10 ** power < high; power++) {
    if (10 ** power > low) ticks.push(10 ** power);
  }
  return ticks;
}

/** The distance between the middles of two labels that do not touch. */
const LABEL_GAP = 12;

/** A label's text and height. */
export interface Label {
  readonly text: string;
  readonly y: number;
}

/** The labels by value: all of `labelled`, moved apart, and those of the other ticks for which there is room. */
export function labelsOf({ scale, labelled, ticks, label }: YAxis): ReadonlyMap<number, Label> {
  const always = [...labelled].sort((a, b) => scale(a) - scale(b));
  const ys = movedApart(always.map(scale));
  const labels = new Map(always.map((value, i) => [value, { text: label(value), y: ys[i] ?? scale(value) }]));
  for (const tick of ticks) {
    const y = scale(tick);
    if ([...labels.values()].every((other) => Math.abs(other.y - y) >= LABEL_GAP))
      labels.set(tick, { text: label(tick), y });
  }
  return labels;
}

/** Moves ascending heights that are too close by the same amount in either direction. */
export function movedApart(heights: readonly number[]): number[] {
  const moved = [...heights];
  // A pass may push a pair into its neighbours; there are few labels, so few passes.
  for (let pass = 0; pass < moved.length; pass++) {
    for (let i = 1; i < moved.length; i++) {
      const [above, below] = [moved[i - 1] as number, moved[i] as number];
      const overlap = LABEL_GAP - (below - above);
      if (overlap <= 0) continue;
      moved[i - 1] = above - overlap / 2;
      moved[i] = below + overlap / 2;
    }
  }
  return moved;
}
