/** Charts whose ends are written beside them, where no line crosses the numbers. */
import { css } from "lit";
import { CHART_WIDTH } from "./panel_styles.ts";

const GUTTER = 52;
export const PLOT_WIDTH = CHART_WIDTH - GUTTER;

export const gutterStyles = css`
  .chart,
  .axis {
    margin-left: ${GUTTER}px;
  }
  .chart .end {
    left: -${GUTTER}px;
    width: ${GUTTER - 4}px;
    text-align: right;
    white-space: nowrap;
    transform: translateY(-50%);
  }
  .axis {
    display: flex;
    justify-content: space-between;
  }
`;
