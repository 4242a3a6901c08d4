/** How the timeline is laid out, and the sizes that its arithmetic shares with its style sheet. */
import { css } from "lit";
import { LABEL_WIDTH, LANE_GAP, SIDE } from "../../maths/layout.ts";
import { PANE_GAP } from "../../maths/stage.ts";
import { LINE_TRACK_HEIGHT, TRACK_HEIGHT } from "./draw_track.ts";

export const RANGE_HEIGHT = 8;
export const HEAD_END = 8;
export const HEADS_HEIGHT = 22;

export const timelineStyles = css`
  :host {
    display: block;
    min-height: 0;
    --label-width: ${LABEL_WIDTH}px;
  }
  .scroll {
    position: relative;
    height: 100%;
    overflow: hidden auto;
    padding: 0 ${SIDE}px;
    overscroll-behavior: contain;
    scrollbar-gutter: stable;
  }
  .content {
    position: relative;
    width: max-content;
    min-width: 100%;
    padding-bottom: 12px;
  }
  .sticky {
    position: sticky;
    top: 0;
    z-index: 2;
    background: var(--page);
  }
  .tracks {
    padding-bottom: ${HEAD_END}px;
    background: var(--page);
  }
  .line {
    display: grid;
    grid-template-columns: var(--label-width) auto;
  }
  .panes {
    display: flex;
    gap: ${PANE_GAP}px;
  }
  .heads {
    height: ${HEADS_HEIGHT}px;
    line-height: ${HEADS_HEIGHT}px;
  }
  .heads .panes > div {
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .heads b {
    margin-right: 4px;
    color: var(--accent);
    font-weight: 600;
  }
  .heads .fault {
    color: var(--warn);
  }
  .track {
    color: var(--soft);
    font-size: 12px;
    line-height: ${TRACK_HEIGHT}px;
  }
  .track.line-track .name {
    line-height: ${LINE_TRACK_HEIGHT}px;
  }
  .track .name {
    display: flex;
    min-width: 0;
    gap: 8px;
    justify-content: space-between;
    padding-right: 20px;
    white-space: nowrap;
  }
  .track .name span {
    overflow: hidden;
    text-overflow: ellipsis;
  }
  .track b {
    flex: none;
    overflow: hidden;
    max-width: 92px;
    text-overflow: ellipsis;
    font-weight: 400;
    color: var(--ink);
  }
  .axis-name {
    padding-top: 0;
    color: var(--soft);
    font-size: 11px;
    line-height: 14px;
  }
  canvas {
    display: block;
  }
  .axis canvas,
  .track canvas {
    cursor: crosshair;
  }
  .range {
    position: relative;
    height: ${RANGE_HEIGHT}px;
  }
  .range .thumb {
    position: absolute;
    top: 1px;
    height: 3px;
    border-radius: 2px;
    background: var(--faint);
    cursor: grab;
  }
  .range .thumb::after {
    position: absolute;
    inset: -6px 0;
    content: "";
  }
  .lanes {
    display: grid;
    gap: ${LANE_GAP}px;
  }
  .crosshair {
    position: absolute;
    z-index: 3;
    bottom: 12px;
    width: 1px;
    pointer-events: none;
    background: repeating-linear-gradient(var(--accent) 0 4px, var(--page) 4px 6px);
  }
  .crosshair.pin {
    background: var(--accent);
    box-shadow: 0 0 0 1px var(--page);
  }
`;
