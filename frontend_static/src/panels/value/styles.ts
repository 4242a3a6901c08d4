/** The layout of an explanation. */
import { css, unsafeCSS } from "lit";
import { MONO } from "../../views/theme.ts";
import { BAR_WIDTH } from "./signed_bar.ts";

export const valueStyles = css`
  .lone {
    margin-top: 12px;
  }
  .equation,
  .mono {
    font-family: ${unsafeCSS(MONO)};
    font-size: 12px;
    line-height: 20px;
  }
  .equation {
    display: grid;
    grid-template-columns: max-content max-content minmax(0, 1fr);
    gap: 0 8px;
    margin: 4px 0;
  }
  .equation b {
    color: var(--accent);
    font-weight: 600;
  }
  sub {
    font-size: 9px;
    line-height: 0;
    vertical-align: -3px;
  }
  .letter,
  td:first-child .letter {
    margin: 0;
    padding: 0 1px;
    border-radius: 2px;
    color: var(--accent);
    font: inherit;
  }
  .letter:hover {
    color: var(--accent);
    text-decoration: underline;
  }
  td:last-child,
  th:last-child {
    width: ${BAR_WIDTH}px;
  }
  td,
  th {
    padding-right: 6px;
  }
  .letters td:first-child {
    width: 48px;
  }
  .letters td:last-child {
    width: auto;
  }
  td .bar {
    display: block;
    margin-left: auto;
  }
  .bar rect {
    fill: var(--accent);
  }
  .zero {
    stroke: var(--faint);
  }
  .soft {
    color: var(--soft);
  }
  .more {
    margin: 4px 0 0 -6px;
    padding: 2px 6px;
    color: var(--accent);
    font-size: 12px;
  }
`;
