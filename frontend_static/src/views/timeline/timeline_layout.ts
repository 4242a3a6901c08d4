/** The layout of the timeline: panes, lanes, and what stays at the top. All sizes are CSS pixels. */
import { LANE_GAP, type LaneLayout, laneLayout, minSpan, plotRoom, plotWidth } from "../../maths/layout.ts";
import { paneWidth, type Stage } from "../../maths/stage.ts";
import { type TimeWindow, visibleWindow } from "../../maths/window.ts";
import type { Lane } from "../../state/lanes.ts";
import type { View } from "../../state/view.ts";
import { RANGE_HEIGHT } from "../time/styles.ts";
import { axisHeight, panesOf, type TrackRow } from "./head.ts";
import { HEAD_END, HEADS_HEIGHT } from "./timeline_styles.ts";

export const READOUT_HEIGHT = 28;
const BOTTOM = 12;
/** Higher tracks scroll with the lanes, which would else have no room. */
const MAX_STICKY = 140;

export interface Contents {
  readonly view: View;
  readonly lanes: readonly Lane[];
  readonly tracks: readonly TrackRow[];
  /** The window as selected; null is all of time. */
  readonly wanted: TimeWindow | null;
}

export class TimelineLayout {
  readonly panes: number;
  /** The timesteps of the longest sequence in view. */
  readonly total: number;
  /** Of one pane's plot. */
  readonly width: number;
  readonly minSpan: number;
  readonly window: TimeWindow;
  /** From the top to the time axis, and to its end. */
  readonly axisTop: number;
  readonly axisEnd: number;
  readonly tracksStick: boolean;
  readonly lane: LaneLayout;
  private readonly head: number;
  private readonly lanes: number;

  constructor({ view, lanes, tracks, wanted }: Contents, size: { width: number; height: number }) {
    const sides = panesOf(view);
    this.panes = sides.length;
    this.lanes = lanes.length;
    this.total = Math.max(...sides.map((side) => side?.layer.timesteps ?? 1));
    this.width = Math.floor(plotWidth(paneWidth(plotRoom(size.width), this.panes), this.total));
    this.minSpan = minSpan(this.width);
    this.window = visibleWindow(wanted, this.total, this.minSpan);
    const heads = view.compare === "off" ? 0 : HEADS_HEIGHT;
    this.axisTop = READOUT_HEIGHT + heads;
    this.axisEnd = this.axisTop + axisHeight(view) + RANGE_HEIGHT;
    const tracksHeight = tracks.reduce((sum, { height }) => sum + height, HEAD_END);
    this.tracksStick = tracksHeight <= MAX_STICKY;
    this.head = this.axisEnd + tracksHeight;
    const rows = Math.max(1, ...lanes.map(({ plots }) => rowsOf(plots)));
    this.lane = laneLayout(size.height - this.head - BOTTOM + LANE_GAP, lanes.length, rows);
  }

  /** For finding the place under a point, with the lanes scrolled by `scrolled` pixels. */
  stage(scrolled: number): Stage {
    const { width, panes, window, total, head, lanes } = this;
    const sticky = this.tracksStick ? head : this.axisEnd;
    return { width, panes, window, total, sticky, head, layout: this.lane, lanes, scrolled };
  }
}

function rowsOf(plots: Lane["plots"]): number {
  return Math.max(...plots.map((plot) => (typeof plot === "string" ? 0 : plot.order.length)));
}
