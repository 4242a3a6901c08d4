/** How the timeline's own parts are laid out, and the sizes that its arithmetic shares with its style sheet. */
import { css } from "lit";
import { LANE_GAP } from "../../maths/layout.ts";
import { PANE_GAP } from "../../maths/stage.ts";
import { LINE_TRACK_HEIGHT, TRACK_HEIGHT } from "./draw_track.ts";

export const HEAD_END = 8;
export const HEADS_HEIGHT = 22;

export const timelineStyles = css`
  .tracks {
    padding-bottom: ${HEAD_END}px;
    background: var(--page);
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
    flex: 1 0 76px;
    overflow: hidden;
    text-overflow: ellipsis;
  }
  .track b {
    flex: 0 1 auto;
    overflow: hidden;
    max-width: 92px;
    text-overflow: ellipsis;
    font-weight: 400;
    color: var(--ink);
  }
  .track canvas {
    cursor: crosshair;
  }
  .lanes {
    display: grid;
    gap: ${LANE_GAP}px;
  }
  .crosshair.pin {
    background: var(--accent);
    box-shadow: 0 0 0 1px var(--page);
  }
`;
