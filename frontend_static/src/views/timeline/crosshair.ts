/** The line through all lanes at one timestep, in every pane. */
import { html } from "lit";
import { xOfTime } from "../../maths/hit.ts";
import { LABEL_WIDTH } from "../../maths/layout.ts";
import { paneLeft } from "../../maths/stage.ts";
import type { TimelineLayout } from "./timeline_layout.ts";
import { RANGE_HEIGHT } from "./timeline_styles.ts";

export function renderCrosshair(layout: TimelineLayout, timestep: number | null, name: string) {
  const { window, width, panes, axisEnd } = layout;
  const x = timestep === null ? -1 : xOfTime(timestep + 0.5, window, width);
  if (x < 0 || x > width) return [];
  return Array.from({ length: panes }, (_, pane) => {
    const left = LABEL_WIDTH + Math.round(paneLeft(pane, width) + x);
    return html`<div class=${name} style="left: ${left}px; top: ${axisEnd - RANGE_HEIGHT}px"></div>`;
  });
}
