/** The layout of the table of detectors. */
import { css } from "lit";

export const detectorsStyles = css`
  .chance {
    margin-top: 12px;
  }
  .chance p {
    margin: 0;
  }
  .chance strong {
    color: var(--ink);
    font-weight: 600;
  }
  table {
    margin-top: 8px;
  }
  tbody tr {
    cursor: pointer;
  }
  tbody tr:hover {
    background: var(--raised);
  }
  tbody tr.picked {
    background: color-mix(in srgb, var(--accent) 12%, var(--page));
  }
  td:first-child .quiet {
    margin-left: 0;
  }
  th:first-child {
    padding-left: 6px;
  }
  .layer {
    overflow: hidden;
    max-width: 72px;
    text-overflow: ellipsis;
  }
  td:last-child,
  th:last-child {
    width: auto;
    padding-right: 6px;
  }
  .bar {
    width: 48px;
  }
  .bar i {
    display: block;
    height: 4px;
    background: linear-gradient(var(--accent) 0 0) 0 0 / var(--share) 100% no-repeat var(--rule);
  }
  .more {
    margin-top: 4px;
    padding: 2px 6px;
    color: var(--accent);
    font-size: 12px;
  }
`;
