/** What the parts of the memory panel have in common. */
import { css } from "lit";

export const memoryStyles = css`
  .readout {
    min-height: 16px;
    margin: 4px 0 0;
  }
  data {
    color: var(--ink);
  }
`;
