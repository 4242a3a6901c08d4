/** How much room each part of the timeline gets, in CSS pixels. */

/** The column of names at the left, and the page's margins. */
export const LABEL_WIDTH = 160;
export const SIDE = 20;
/** A wider cell would show nothing more. */
export const MAX_CELL_WIDTH = 72;
const MAX_CELL_HEIGHT = 28;
/** A lane's label block: name, legend, its ends, what its pixels hold, and the value under the cursor. */
export const MIN_LANE = 76;
export const LANE_GAP = 8;

/** The room for the scrollbar, which is kept free even while it does not show. */
const SCROLLBAR = 15;

/** The width that a page has for plots, between the names and the scrollbar. */
export function plotRoom(page: number): number {
  return page - 2 * SIDE - LABEL_WIDTH - SCROLLBAR;
}

/** The width of a plot: all there is, unless a few timesteps would become absurdly wide cells. */
export function plotWidth(available: number, timesteps: number): number {
  return Math.max(1, Math.min(available, timesteps * MAX_CELL_WIDTH));
}

/** The shortest stretch that zooming reaches. */
export function minSpan(width: number): number {
  return width / MAX_CELL_WIDTH;
}

export interface LaneLayout {
  /** What one lane takes, label and heatmap. */
  readonly lane: number;
  readonly heatmap: number;
}

/** Lanes share the viewport's height; when they cannot, they keep the least height and the page scrolls. */
export function laneLayout(available: number, lanes: number, units: number): LaneLayout {
  const share = Math.floor(available / Math.max(1, lanes)) - LANE_GAP;
  const most = Math.max(MIN_LANE, units * MAX_CELL_HEIGHT);
  const lane = Math.max(MIN_LANE, Math.min(most, share));
  return { lane, heatmap: Math.min(lane, units * MAX_CELL_HEIGHT) };
}
