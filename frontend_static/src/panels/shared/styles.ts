/** The layout that all panels share, and the sizes that their charts are computed from. */
import { css } from "lit";

export const PANEL_WIDTH = 336;
/** The width of the panel without its padding. */
export const CHART_WIDTH = PANEL_WIDTH - 40;
export const CHART_HEIGHT = 120;
/** Room for the numbers beside a chart. */
export const GUTTER = { left: 52, right: 0 };
export const PLOT_WIDTH = CHART_WIDTH - GUTTER.left;
export const SPARK_WIDTH = 96;

export const panelStyles = css`
  :host {
    display: block;
  }
  .loading {
    animation: appear 0s 250ms both;
  }
  @keyframes appear {
    from {
      visibility: hidden;
    }
  }
  label.field {
    width: max-content;
  }
  section {
    margin-top: 16px;
  }
  h3 {
    margin: 0 0 4px;
    font-weight: 600;
    font-size: 13px;
    line-height: 18px;
  }
  p {
    margin: 0 0 8px;
  }
  .hint {
    color: var(--soft);
    font-size: 12px;
    line-height: 16px;
  }
  :not(h3) + p[role="note"] {
    margin-top: 12px;
  }
  .fault {
    margin-top: 8px;
    color: var(--warn);
  }
  .figures {
    display: flex;
    gap: 12px;
    height: 20px;
    color: var(--soft);
  }
  .figures b {
    color: var(--accent);
    font-weight: 600;
  }
  .figures .loss {
    margin-left: auto;
  }
  .figures .broken {
    color: var(--warn);
  }
  .spark {
    display: block;
    fill: none;
    stroke-width: 1.25;
  }
  .spark.loss {
    stroke: var(--faint);
  }
  .spark.change {
    stroke: var(--accent);
  }
  table {
    width: 100%;
    border-spacing: 0;
    font-size: 12px;
    line-height: 20px;
  }
  th {
    color: var(--soft);
    font-weight: 400;
    text-align: left;
  }
  td,
  th {
    padding: 1px 8px 1px 0;
    white-space: nowrap;
  }
  td:last-child,
  th:last-child {
    width: ${SPARK_WIDTH}px;
    padding-right: 0;
  }
  .number {
    text-align: right;
  }
  td .quiet {
    padding: 0 6px;
    color: var(--accent);
    font-size: 12px;
  }
  td:first-child .quiet,
  td:nth-child(4) .quiet {
    margin-left: -6px;
  }
  .picked {
    background: color-mix(in srgb, var(--accent) 12%, var(--page));
  }
`;
