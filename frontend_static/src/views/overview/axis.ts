/** The time axis above the overview's charts, and the bar that shows which part of it is in view. */
import { html } from "lit";
import type { Theme } from "../../maths/colours.ts";
import { isFull, type TimeWindow } from "../../maths/window.ts";
import { clearCanvas } from "../canvas.ts";
import { drawAxis, INDEX_HEIGHT } from "../timeline/draw_axis.ts";
import { RANGE_HEIGHT } from "../timeline/timeline_styles.ts";

export interface AxisInput {
  readonly window: TimeWindow;
  readonly total: number;
  /** CSS pixels. */
  readonly width: number;
}

export function renderAxis({ window, total, width }: AxisInput, onThumbDown: (event: PointerEvent) => void) {
  const left = (window.from / total) * width;
  const thumb = Math.max(8, ((window.to - window.from) / total) * width);
  return html`<div class="line axis" style="height: ${INDEX_HEIGHT}px">
      <div class="axis-name">timestep</div>
      <canvas aria-hidden="true"></canvas>
    </div>
    <div class="line">
      <div></div>
      <div class="range" style="width: ${width}px; height: ${RANGE_HEIGHT}px">
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

export function paintAxis(
  root: ParentNode,
  { window, width }: AxisInput,
  cursor: number | null,
  theme: Theme,
): void {
  const canvas = root.querySelector<HTMLCanvasElement>(".axis canvas");
  if (canvas === null) return;
  const pen = clearCanvas(canvas, width, INDEX_HEIGHT);
  drawAxis(pen, { tokens: null, found: [], window, width, theme, cursor });
}
