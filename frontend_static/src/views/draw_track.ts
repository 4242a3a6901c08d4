/** One annotation over time: flags as bars, numbers as a step line. */
import type { Theme } from "../maths/colours.ts";
import { xOfTime } from "../maths/hit.ts";
import type { TimeWindow } from "../maths/window.ts";
import { PALETTE } from "./theme.ts";

export const TRACK_HEIGHT = 18;

/** Kept apart from the colours of the heatmaps. */
const FLAG_COLOURS = {
  light: ["#e8710a", "#7e57c2", "#12978b", "#c2457f", "#8a6d3b", "#5c7cbc"],
  dark: ["#ff9a45", "#a78bea", "#3cc2b4", "#ee7fb0", "#c9a86a", "#8fabe6"],
} as const;

export interface TrackInput {
  readonly kind: "flag" | "number";
  readonly values: readonly (number | null)[];
  /** The track's place among the flags, for its colour. */
  readonly index: number;
  readonly window: TimeWindow;
  readonly width: number;
  readonly theme: Theme;
}

export function flagColour(index: number, theme: Theme): string {
  const colours = FLAG_COLOURS[theme];
  return colours[index % colours.length] as string;
}

function drawFlags(pen: CanvasRenderingContext2D, input: TrackInput, first: number, end: number): void {
  const { values, window, width } = input;
  pen.fillStyle = flagColour(input.index, input.theme);
  for (let t = first; t < end; ) {
    if (!values[t]) {
      t++;
      continue;
    }
    const start = t;
    while (t < end && values[t]) t++;
    const left = xOfTime(start, window, width);
    pen.fillRect(left, TRACK_HEIGHT / 2 - 4, Math.max(1, xOfTime(t, window, width) - left), 8);
  }
}

function extent(values: readonly (number | null)[]): [number, number] | null {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    if (value === null) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return low <= high ? [low, high] : null;
}

function drawNumbers(pen: CanvasRenderingContext2D, input: TrackInput, first: number, end: number): void {
  const { values, window, width, theme } = input;
  // Over the whole sample, not the window: zooming must not redraw the meaning of a height.
  const range = extent(values);
  if (range === null) return;
  const [low, high] = range;
  const y = (value: number) =>
    TRACK_HEIGHT - 3.5 - (high > low ? ((value - low) / (high - low)) * (TRACK_HEIGHT - 7) : 0);
  pen.strokeStyle = PALETTE[theme].soft;
  pen.lineWidth = 1.25;
  pen.lineJoin = "round";
  pen.beginPath();
  let drawing = false;
  for (let t = first; t < end; t++) {
    const value = values[t];
    if (value === null || value === undefined) {
      drawing = false;
      continue;
    }
    const [left, right] = [xOfTime(t, window, width), xOfTime(t + 1, window, width)];
    if (drawing) pen.lineTo(left, y(value));
    else pen.moveTo(left, y(value));
    pen.lineTo(right, y(value));
    drawing = true;
  }
  pen.stroke();
}

export function drawTrack(pen: CanvasRenderingContext2D, input: TrackInput): void {
  const first = Math.max(0, Math.floor(input.window.from));
  const end = Math.min(input.values.length, Math.ceil(input.window.to));
  if (input.kind === "flag") drawFlags(pen, input, first, end);
  else drawNumbers(pen, input, first, end);
}
