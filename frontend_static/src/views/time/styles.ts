/** How plots over time are laid out, and the sizes that their arithmetic shares with the style sheet. */
import { css } from "lit";
import { LABEL_WIDTH, SIDE } from "../../maths/layout.ts";

export const RANGE_HEIGHT = 8;

export const timeStyles = css`
  :host {
    display: block;
    min-height: 0;
    --label-width: ${LABEL_WIDTH}px;
  }
  .scroll {
    position: relative;
    height: 100%;
    overflow: hidden auto;
    padding: 0 ${SIDE}px;
    overscroll-behavior: contain;
    scrollbar-gutter: stable;
  }
  .content {
    position: relative;
    width: max-content;
    min-width: 100%;
    padding-bottom: 12px;
  }
  .sticky {
    position: sticky;
    top: 0;
    z-index: 2;
    background: var(--page);
  }
  .line {
    display: grid;
    grid-template-columns: var(--label-width) auto;
  }
  .axis-name {
    padding-top: 0;
    color: var(--soft);
    font-size: 11px;
    line-height: 14px;
  }
  canvas {
    display: block;
  }
  .axis canvas {
    cursor: crosshair;
  }
  .range {
    position: relative;
    height: ${RANGE_HEIGHT}px;
  }
  .range .thumb {
    position: absolute;
    top: 1px;
    height: 3px;
    border-radius: 2px;
    background: var(--faint);
    cursor: grab;
  }
  .range .thumb::after {
    position: absolute;
    inset: -6px 0;
    content: "";
  }
  .band {
    position: absolute;
    z-index: 1;
    bottom: 0;
    border: solid var(--accent);
    border-width: 0 1px;
    background: var(--brush);
    pointer-events: none;
  }
  .content > .band {
    bottom: 12px;
  }
  .crosshair {
    position: absolute;
    z-index: 3;
    bottom: 12px;
    width: 1px;
    pointer-events: none;
    background: repeating-linear-gradient(var(--accent) 0 4px, var(--page) 4px 6px);
  }
`;
