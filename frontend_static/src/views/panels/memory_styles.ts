/** What the two charts of the memory panel have in common. */
import { css } from "lit";

export const memoryStyles = css`
  .level {
    stroke: var(--soft);
  }
  .chart text {
    fill: var(--soft);
    font-size: 11px;
  }
  .readout {
    min-height: 16px;
    margin: 4px 0 0;
  }
  data {
    color: var(--ink);
  }
`;
