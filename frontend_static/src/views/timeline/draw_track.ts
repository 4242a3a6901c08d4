/** One track over time: flags as bars, numbers as step lines. */
import type { Theme } from "../../maths/colours.ts";
import { xOfTime } from "../../maths/hit.ts";
import type { TimeWindow } from "../../maths/window.ts";
import type { Line, Track } from "../../state/tracks.ts";
import { PALETTE } from "../theme.ts";

export const TRACK_HEIGHT = 18;
/** Curves need more room than bars to be read. */
export const LINE_TRACK_HEIGHT = 22;

/** Kept apart from the colours of the heatmaps. */
const FLAG_COLOURS = {
  light: ["#e8710a", "#7e57c2", "#12978b", "#c2457f", "#8a6d3b", "#5c7cbc"],
  dark: ["#ff9a45", "#a78bea", "#3cc2b4", "#ee7fb0", "#c9a86a", "#8fabe6"],
} as const;

export interface TrackInput {
  readonly track: Track;
  /** What the heights stand for, in every pane alike. */
  readonly domain: readonly [number, number] | null;
  /** The track's place among the flags, for its colour. */
  readonly flag: number;
  readonly window: TimeWindow;
  readonly width: number;
  readonly theme: Theme;
}

export function trackHeight(track: Track): number {
  return track.kind === "flag" ? TRACK_HEIGHT : LINE_TRACK_HEIGHT;
}

export function flagColour(index: number, theme: Theme): string {
  const colours = FLAG_COLOURS[theme];
  return colours[index % colours.length] as string;
}

type Pen = CanvasRenderingContext2D;

function drawFlags(pen: Pen, input: TrackInput, values: ArrayLike<number>, first: number, end: number): void {
  const { window, width } = input;
  pen.fillStyle = flagColour(input.flag, input.theme);
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

function drawLine(pen: Pen, input: TrackInput, line: Line, first: number, end: number): void {
  const { domain, window, width, theme } = input;
  if (domain === null) return;
  const [low, high] = domain;
  const bottom = LINE_TRACK_HEIGHT - 3;
  const within = (value: number) => Math.max(low, Math.min(high, value));
  const y = (value: number) =>
    bottom - (high > low ? ((within(value) - low) / (high - low)) * (bottom - 3) : 0);
  pen.strokeStyle = PALETTE[theme][line.tone];
  pen.lineWidth = 1.25;
  pen.lineJoin = "round";
  pen.beginPath();
  let drawing = false;
  for (let t = first; t < end; t++) {
    const value = line.values[t];
    if (value === undefined || !Number.isFinite(value)) {
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

export function drawTrack(pen: Pen, input: TrackInput): void {
  const { track, window } = input;
  const first = Math.max(0, Math.floor(window.from));
  for (const line of track.lines) {
    const end = Math.min(line.values.length, Math.ceil(window.to));
    if (track.kind === "flag") drawFlags(pen, input, line.values, first, end);
    else drawLine(pen, input, line, first, end);
  }
}
