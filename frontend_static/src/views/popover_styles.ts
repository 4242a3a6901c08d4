/** The card that a button of the top bar opens, below it. */
import { css } from "lit";

export const popoverStyles = css`
  [popover] {
    inset: 52px 20px auto auto;
    max-height: calc(100vh - 72px);
    margin: 0;
    border: 1px solid var(--rule);
    border-radius: 10px;
    background: var(--page);
    color: var(--ink);
    box-shadow: 0 8px 32px rgb(0 0 0 / 18%);
  }
`;
