/** The layout of the export menu. */
import { css } from "lit";

export const exportStyles = css`
  [popover] {
    width: max-content;
    min-width: 320px;
    max-width: min(560px, 100vw - 40px);
    padding: 12px 20px;
  }
  .row {
    display: flex;
    gap: 0 8px;
    align-items: center;
    margin: 4px 0;
    flex-wrap: wrap;
  }
  h2 {
    width: 64px;
    margin: 0;
    color: var(--soft);
    font: inherit;
  }
  .action {
    height: 32px;
    padding: 0 12px;
    border: 0;
    border-radius: 8px;
    background: var(--raised);
    cursor: pointer;
  }
  .action:hover {
    background: var(--rule);
  }
  pre {
    margin: 4px 0 8px;
    overflow: auto;
    max-height: 40vh;
    padding: 10px 12px;
    border-radius: 8px;
    background: var(--raised);
    overflow-wrap: anywhere;
    white-space: pre-wrap;
  }
  [role="status"] {
    margin-left: 8px;
    color: var(--soft);
  }
`;
