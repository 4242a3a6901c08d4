/** Between pixels and (timestep, unit). All pixels are CSS pixels. */
import type { TimeWindow } from "./window.ts";

export interface Cell {
  readonly timestep: number;
  readonly unit: number;
}

export function xOfTime(time: number, window: TimeWindow, width: number): number {
  return ((time - window.from) / (window.to - window.from)) * width;
}

export function timeOfX(x: number, window: TimeWindow, width: number): number {
  return window.from + (x / width) * (window.to - window.from);
}

/** The timestep whose cell covers x, or null outside. */
export function timestepAt(x: number, window: TimeWindow, width: number, total: number): number | null {
  if (x < 0 || x >= width) return null;
  const timestep = Math.floor(timeOfX(x, window, width));
  return timestep >= 0 && timestep < total ? timestep : null;
}

/** The row (a place in the unit order) whose cell covers y, or null outside. */
export function rowAt(y: number, height: number, units: number): number | null {
  if (y < 0 || y >= height) return null;
  return Math.min(units - 1, Math.floor((y / height) * units));
}

/**
 * Moves a cell within its bounds, from row to row as they stand on the screen; without a cell, the first move gives
 * the middle timestep of the top row.
 */
export function moveCell(
  cell: Cell | null,
  by: { readonly timesteps: number; readonly units: number },
  bounds: { readonly timesteps: number; readonly rows: Uint32Array; readonly middle: number },
): Cell {
  const { rows } = bounds;
  const unitOf = (row: number) => rows[row] ?? 0;
  if (cell === null) return { timestep: bounds.middle, unit: unitOf(0) };
  const clamp = (value: number, end: number) => Math.max(0, Math.min(end - 1, value));
  return {
    timestep: clamp(cell.timestep + by.timesteps, bounds.timesteps),
    unit: unitOf(clamp(rows.indexOf(cell.unit) + by.units, rows.length)),
  };
}
