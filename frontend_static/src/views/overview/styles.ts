/** How the overview is laid out, and the sizes that its arithmetic shares with its style sheets. */
import { css } from "lit";
import { LANE_GAP } from "../../maths/layout.ts";

/** The strip of saturated shares below the bands. */
export const STRIP_HEIGHT = 28;
export const STRIP_GAP = 4;

export const overviewStyles = css`
  :host {
    height: 100%;
  }
  .legend {
    padding: 8px 0 6px;
  }
  .legend .cell {
    padding-top: 3px;
    color: var(--soft);
  }
  .keys {
    display: grid;
    grid-template-columns: minmax(0, 1fr) auto;
    gap: 2px 20px;
    align-items: start;
  }
  .row {
    display: flex;
    gap: 2px 20px;
    flex-wrap: wrap;
    grid-column: 1 / -1;
    color: var(--soft);
    font-size: 12px;
    line-height: 18px;
  }
  .entries {
    padding: 3px 0;
    color: var(--ink);
    font-size: 13px;
    grid-column: 1;
  }
  .entry {
    display: flex;
    gap: 0 12px;
    flex-wrap: wrap;
  }
  .key {
    display: inline-flex;
    gap: 6px;
    align-items: center;
  }
  .entries .key > span {
    overflow-wrap: anywhere;
  }
  .note {
    color: var(--warn);
    font-size: 12px;
  }
  .steps {
    gap: 2px 12px;
  }
  svg {
    flex: none;
  }
  select {
    padding: 3px 4px;
    border: 0;
    border-radius: 6px;
    background: var(--raised);
    cursor: pointer;
  }
  label {
    color: var(--soft);
    white-space: nowrap;
  }
  .charts {
    position: relative;
    display: grid;
    gap: ${LANE_GAP}px;
    cursor: crosshair;
  }
  .charts .crosshair {
    top: 0;
    bottom: 0;
    z-index: 1;
  }
`;

export const chartStyles = css`
  :host {
    display: grid;
    grid-template-columns: var(--label-width) auto;
    grid-template-rows: auto auto;
    row-gap: ${STRIP_GAP}px;
  }
  .label {
    position: relative;
    overflow: hidden;
    color: var(--soft);
    font-size: 12px;
    line-height: 15px;
  }
  /* Two lines at most, beside the upper end of the axis. */
  h3 {
    display: -webkit-box;
    margin: 0 48px 3px 0;
    overflow: hidden;
    color: var(--ink);
    font-weight: 600;
    font-size: 13px;
    line-height: 16px;
    overflow-wrap: anywhere;
    -webkit-box-orient: vertical;
    -webkit-line-clamp: 2;
  }
  .end {
    position: absolute;
    right: 8px;
    font-size: 11px;
    line-height: 12px;
  }
  .reading {
    display: grid;
    grid-template-columns: 14px auto;
    white-space: nowrap;
  }
  .reading + .reading {
    margin-top: 3px;
  }
  .label i {
    width: 8px;
    height: 8px;
    margin-top: 4px;
  }
  .reading b {
    color: var(--ink);
    font-weight: 400;
  }
  .reading span {
    display: block;
    font-size: 11px;
    white-space: normal;
  }
  .reading .lost {
    display: inline-block;
    margin: 0 4px 0 6px;
  }
  .strip {
    font-size: 11px;
    line-height: 14px;
  }
  .strip .reading + .reading {
    margin-top: 0;
  }
  p {
    margin: 0;
    color: var(--soft);
    line-height: 16px;
  }
  .loading {
    animation: appear 0s 250ms both;
  }
  @keyframes appear {
    from {
      visibility: hidden;
    }
  }
`;
