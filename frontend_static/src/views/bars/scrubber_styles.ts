/** How the scrubber is laid out. */
import { css } from "lit";

/** Of the drawing; its arithmetic needs it, too. */
export const HEIGHT = 56;

export const scrubberStyles = css`
  :host {
    display: grid;
    grid-template-columns: 160px minmax(0, 1fr) auto;
    align-items: center;
    height: 66px;
    padding: 0 20px;
  }
  .now {
    display: flex;
    gap: 12px;
    align-items: center;
  }
  .play {
    display: grid;
    width: 32px;
    height: 32px;
    padding: 0;
    border: 0;
    border-radius: 50%;
    background: var(--accent);
    color: var(--page);
    cursor: pointer;
    place-items: center;
    flex: none;
  }
  .play:disabled {
    background: var(--rule);
    cursor: default;
  }
  .play svg {
    width: 14px;
    height: 14px;
    fill: currentColor;
  }
  .where b {
    display: block;
    font-weight: 600;
    font-size: 15px;
    line-height: 20px;
  }
  .where span {
    display: block;
    color: var(--soft);
    font-size: 12px;
    line-height: 16px;
    white-space: nowrap;
  }
  .where strong {
    color: var(--warn);
    font-weight: 600;
  }
  .rail {
    position: relative;
    height: ${HEIGHT}px;
    border-radius: 4px;
    cursor: pointer;
    touch-action: none;
  }
  .rail svg {
    display: block;
    position: relative;
    overflow: visible;
  }
  /* The loss, behind the rail. */
  .rail rnn-line-chart {
    position: absolute;
    inset: 0;
    pointer-events: none;
  }
  .line {
    stroke: var(--rule);
    stroke-width: 1;
  }
  path.broken {
    stroke: var(--warn);
    stroke-width: 1.5;
  }
  text.broken {
    fill: var(--warn);
    font-weight: 600;
    font-size: 11px;
  }
  .ticks {
    stroke: var(--faint);
    stroke-width: 1;
  }
  .ticks.dense {
    stroke: var(--rule);
  }
  .thumb {
    fill: var(--accent);
    stroke: var(--page);
    stroke-width: 2;
  }
  .stem {
    stroke: var(--accent);
    stroke-width: 1;
  }
  .thumb.other {
    fill: var(--page);
    stroke: var(--accent);
  }
  .stem.other {
    stroke-dasharray: 2 3;
  }
  .letter {
    fill: var(--accent);
    font-weight: 600;
    font-size: 11px;
    text-anchor: middle;
  }
  .end {
    display: flex;
    gap: 4px;
    align-items: center;
    margin-left: 20px;
  }
  .rate {
    padding: 4px 2px;
    border: 0;
    border-radius: 6px;
    background: var(--page);
    color: var(--soft);
    font-size: 12px;
    cursor: pointer;
  }
`;
