/** The frame of plots over time: the surface that scrolls, the bar of what is in view, the brush, the crosshair. */
import { html, nothing } from "lit";
import { xOfTime } from "../../maths/hit.ts";
import { LABEL_WIDTH } from "../../maths/layout.ts";
import { paneLeft } from "../../maths/stage.ts";
import { isFull, type TimeWindow } from "../../maths/window.ts";
import type { TimePointer } from "./pointer.ts";

const MIN_THUMB = 8;

/** A time axis on the screen. */
export interface Axis {
  readonly window: TimeWindow;
  readonly total: number;
  /** Of one pane's plot, in CSS pixels. */
  readonly width: number;
}

export function renderSurface<P>(label: string, pointer: TimePointer<P>, content: unknown) {
  return html`<div
    class="scroll"
    role="group"
    aria-label=${label}
    @pointermove=${pointer.onMove}
    @pointerleave=${pointer.onLeave}
    @pointerdown=${pointer.onDown}
    @dblclick=${pointer.onDoubleClick}
    @wheel=${{ handleEvent: pointer.onWheel, passive: false }}
  >
    <div class="content">${content}</div>
  </div>`;
}

/** The bar that shows which part of the sequence is in view; its thumb can be dragged. */
export function renderRange({ window, total, width }: Axis, onThumbDown: (event: PointerEvent) => void) {
  const left = (window.from / total) * width;
  const thumb = Math.max(MIN_THUMB, ((window.to - window.from) / total) * width);
  return html`<div class="line">
    <div></div>
    <div class="range" style="width: ${width}px">
      <div
        class="thumb"
        ?hidden=${isFull(window, total)}
        title="Visible part of the sequence"
        style="left: ${Math.min(left, width - thumb)}px; width: ${thumb}px"
        @pointerdown=${onThumbDown}
      ></div>
    </div>
  </div>`;
}

/** The brushed stretch over all plots, in every pane, from `top` down. */
export function renderBand(
  { window, width }: Axis,
  stretch: { readonly start: number; readonly end: number } | null,
  { panes = 1, top = 0 } = {},
) {
  if (stretch === null) return nothing;
  const edge = (time: number) => Math.max(0, Math.min(width, xOfTime(time, window, width)));
  const [from, to] = [edge(stretch.start), edge(stretch.end)];
  if (from === to) return nothing;
  return Array.from({ length: panes }, (_, pane) => {
    const left = LABEL_WIDTH + paneLeft(pane, width) + from;
    return html`<div class="band" style="left: ${left}px; width: ${to - from}px; top: ${top}px"></div>`;
  });
}

/** The line through all plots at one timestep, in every pane, from `top` down. */
export function renderCrosshair(
  { window, width }: Axis,
  timestep: number | null,
  { panes = 1, top = 0, name = "crosshair" } = {},
) {
  const x = timestep === null ? -1 : xOfTime(timestep + 0.5, window, width);
  if (x < 0 || x > width) return nothing;
  return Array.from({ length: panes }, (_, pane) => {
    const left = LABEL_WIDTH + Math.round(paneLeft(pane, width) + x);
    return html`<div class=${name} style="left: ${left}px; top: ${top}px"></div>`;
  });
}
