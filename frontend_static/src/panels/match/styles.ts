/** The layout of the match panel. */
import { css } from "lit";

export const matchStyles = css`
  .controls {
    display: flex;
    gap: 8px;
    flex-wrap: wrap;
  }
  .controls input[type="number"] {
    width: 64px;
    padding-right: 4px;
  }
  .controls select {
    max-width: 132px;
  }
  .controls + .hint,
  .none {
    margin-top: 12px;
  }
  .line {
    display: flex;
    gap: 8px;
    align-items: baseline;
    justify-content: space-between;
  }
  .line > .quiet {
    flex: none;
    padding: 2px 6px;
    color: var(--accent);
    font-size: 12px;
  }
  .line > .quiet:last-child {
    margin-right: -6px;
  }
  .line > .quiet.place {
    flex: 0 1 auto;
    margin-left: -6px;
    color: var(--ink);
    text-align: left;
  }
  .place {
    min-width: 0;
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .units {
    display: flex;
    overflow: hidden auto;
    max-height: 72px;
    margin: 0 -6px;
    flex-wrap: wrap;
  }
  .units .quiet {
    min-width: 32px;
    height: 24px;
    padding: 0 6px;
    color: var(--accent);
    font-size: 12px;
    text-align: left;
  }
  .units [aria-pressed="true"] {
    background: color-mix(in srgb, var(--accent) 14%, var(--page));
  }
  ol {
    margin: 0;
    padding: 0;
    list-style: none;
  }
  li button {
    display: block;
    width: calc(100% + 12px);
    margin: 0 -6px;
    padding: 4px 6px;
    text-align: left;
  }
  li .line {
    justify-content: flex-start;
    font-size: 12px;
  }
  li data {
    flex: none;
    width: 44px;
    white-space: nowrap;
    color: var(--ink);
    font-weight: 600;
  }
`;
