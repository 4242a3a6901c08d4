/** Actions on the time axis and the crosshair: zoom, pick, walk, brush. */
import { type Brush, brushTo } from "../../maths/brush.ts";
import type { Cell } from "../../maths/hit.ts";
import { moveCell } from "../../maths/hit.ts";
import { reveal, type TimeWindow, zoomAround } from "../../maths/window.ts";
import { layerOf } from "../layers.ts";
import type { Store } from "../store.ts";

type Changing = Pick<Store, "selection" | "update">;

/** The time axis in view, of the timeline or of the overview. */
export interface TimeAxis {
  readonly window: TimeWindow;
  readonly total: number;
  readonly minSpan: number;
  /** The units in the order of their rows. */
  readonly rows: Uint32Array;
}

/** Shows a stretch of time; null is all of it. */
export function showWindow(store: Changing, window: TimeWindow | null): void {
  void store.update({ window });
}

/** Zooms about the crosshair if it is in view, else about the middle. */
export function zoomBy(store: Changing, axis: TimeAxis | null, factor: number): void {
  if (axis === null) return;
  const { window, total, minSpan } = axis;
  const pin = store.selection.pin?.timestep ?? -1;
  const middle = pin >= window.from && pin < window.to ? pin + 0.5 : (window.from + window.to) / 2;
  const next = zoomAround(window, middle, factor, total, minSpan);
  showWindow(store, next.to - next.from >= total ? null : next);
}

/**
 * Picks a cell of a signal's heatmap, or lets go of it. Cell and signal may be B's: what A does not have cannot be
 * picked.
 */
export function pick(
  store: Changing & Pick<Store, "view">,
  { pin, signal }: { readonly pin: Cell | null; readonly signal: string },
): void {
  const layer = store.view?.a.layer;
  if (layer === undefined) return;
  const inside = pin !== null && pin.unit < layer.units && pin.timestep < layer.timesteps;
  const known = layer.signals.some(({ name }) => name === signal);
  void store.update({ pin: inside ? pin : null, ...(known ? { signal } : {}) });
}

/** Removes the crosshair. */
export function letGo(store: Changing): void {
  void store.update({ pin: null });
}

/** Moves the crosshair by timesteps, and by rows as they stand on the screen; what is zoomed pans along. */
export function moveCrosshair(
  store: Changing & Pick<Store, "run">,
  axis: TimeAxis | null,
  by: { readonly timesteps: number; readonly units: number },
): void {
  const { run, selection } = store;
  const layer = layerOf(run, selection.layer);
  if (axis === null || layer === undefined) return;
  const { window, total, rows } = axis;
  const middle = Math.min(layer.timesteps - 1, Math.floor((window.from + window.to) / 2));
  // B may be longer than A, whose timesteps these are.
  const pin = moveCell(selection.pin, by, { timesteps: layer.timesteps, rows, middle });
  const shifted = reveal(window, pin.timestep, total);
  void store.update({ pin, ...(shifted === window ? {} : { window: shifted }) });
}

/** Brushes a stretch of timesteps, to find its pattern at the selected step. */
export function brush(store: Changing, stretch: Brush): void {
  void store.update({ brush: stretch, matchStep: store.selection.step });
}

/** Moves one edge of the brush to the crosshair. */
export function moveBrush(store: Changing, edge: "start" | "end"): void {
  const { pin, brush: brushed, sample } = store.selection;
  if (pin !== null && sample !== null) brush(store, brushTo(brushed, sample, pin.timestep, edge));
}
