/** Where things lie on the timeline: panes beside each other, lanes below each other. All pixels are CSS pixels. */
import { rowAt, timestepAt } from "./hit.ts";
import { LANE_GAP, type LaneLayout } from "./layout.ts";
import type { TimeWindow } from "./window.ts";

export const PANE_GAP = 20;

export interface Stage {
  /** Of one pane. */
  readonly width: number;
  readonly panes: number;
  readonly window: TimeWindow;
  /** The longest of the panes. */
  readonly total: number;
  /** Height of what stays at the top, and of what stands above the lanes when nothing is scrolled. */
  readonly sticky: number;
  readonly head: number;
  readonly layout: LaneLayout;
  readonly lanes: number;
  readonly scrolled: number;
}

/** What a point lies on; a lane or a row only where there is one. */
export interface Place {
  readonly pane: number;
  readonly timestep: number;
  readonly lane: number | null;
  /** From the top of the heatmap, 0 to 1. */
  readonly share: number | null;
}

export function paneLeft(pane: number, width: number): number {
  return pane * (width + PANE_GAP);
}

/** The width of one of `panes` that share what is available. */
export function paneWidth(available: number, panes: number): number {
  return Math.floor((available - (panes - 1) * PANE_GAP) / panes);
}

/** `x` from the left of the first pane, `y` from the top of the view. */
export function placeAt(stage: Stage, x: number, y: number): Place | null {
  const pane = Math.floor(x / (stage.width + PANE_GAP));
  if (x < 0 || pane >= stage.panes) return null;
  const timestep = timestepAt(x - paneLeft(pane, stage.width), stage.window, stage.width, stage.total);
  if (timestep === null) return null;
  const nowhere = { pane, timestep, lane: null, share: null };
  if (y < stage.sticky) return nowhere;
  const below = y + stage.scrolled - stage.head;
  const pitch = stage.layout.lane + LANE_GAP;
  const lane = Math.floor(below / pitch);
  if (lane < 0) return nowhere;
  if (lane >= stage.lanes) return null;
  const share = (below - lane * pitch) / stage.layout.heatmap;
  return { pane, timestep, lane, share: share < 1 ? share : null };
}

/** The row that covers a share of a heatmap's height. */
export function rowOf(share: number | null, rows: number): number | null {
  return share === null ? null : rowAt(share, 1, rows);
}
