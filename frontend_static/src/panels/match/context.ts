/** A stretch of tokens between what stands before and after it, each in a column of its own. */
import { css, html, unsafeCSS } from "lit";
import { visibleToken } from "../../maths/format.ts";
import { stretchContext } from "../../maths/ticks.ts";
import { MONO } from "../../views/theme.ts";

const AROUND = 8;

export const contextStyles = css`
  .context {
    display: grid;
    grid-template-columns: minmax(0, 1fr) auto minmax(0, 1fr);
    align-items: baseline;
    font: 12px/18px ${unsafeCSS(MONO)};
    white-space: pre;
  }
  .context > * {
    overflow: hidden;
  }
  .context .before {
    display: flex;
    justify-content: flex-end;
    color: var(--soft);
  }
  .context b {
    max-width: 200px;
    color: var(--ink);
    font-weight: 700;
    text-overflow: ellipsis;
  }
  .context .after {
    color: var(--soft);
    text-overflow: ellipsis;
  }
`;

export function renderContext(tokens: readonly string[], stretch: { start: number; end: number }) {
  const [before, inside, after] = stretchContext(tokens.map(visibleToken), stretch, AROUND);
  return html`<span class="context"
    ><span class="before"><span>${before}</span></span><b>${inside}</b><span class="after">${after}</span></span
  >`;
}
