/** Each unit's share of time at either end of a gate's range, as in Karpathy et al. 2015, figure 4. */
import { css, html, nothing, svg } from "lit";
import { numbersOf, type Tensors } from "../../api/analyses.ts";
import { formatCount, signalLabel } from "../../maths/format.ts";
import type { Selection } from "../../state/selection.ts";

const SIZE = 128;
/** Room for the dots at the edge. */
const EDGE = 4;
/** For the name of the axis. */
const FOOT = 14;

type Pick = (signal: string, unit: number) => void;

export const saturationStyles = css`
  .plots {
    display: flex;
    gap: 12px 40px;
    flex-wrap: wrap;
  }
  figure {
    margin: 0;
  }
  figcaption {
    font-size: 12px;
  }
  circle {
    fill: var(--accent);
    fill-opacity: 0.5;
    cursor: pointer;
  }
  circle:hover,
  circle.picked {
    fill: var(--ink);
    fill-opacity: 1;
  }
  text {
    fill: var(--soft);
    font-size: 10px;
  }
`;

export function renderSaturation(shares: Tensors, { layer, pinned }: Selection, pick: Pick) {
  const signals = [...shares.keys()].filter((name) => name.startsWith("low/")).map((name) => name.slice(4));
  if (signals.length === 0) return nothing;
  return html`<h3>Saturation of ${layer}</h3>
    <p class="hint">
      Each dot is a unit: the share of its time, over all samples, that it is high against low. Click one to put it on top.
    </p>
    <div class="plots">${signals.map((signal) => renderPlot(signal, shares, new Set(pinned), pick))}</div>`;
}

function renderPlot(signal: string, shares: Tensors, picked: ReadonlySet<number>, pick: Pick) {
  const [low, high] = [numbersOf(shares, `low/${signal}`), numbersOf(shares, `high/${signal}`)];
  const label = `${signalLabel(signal)}: share high against share low of ${formatCount(low.length)} units`;
  return html`<figure>
    <figcaption>${signalLabel(signal)}</figcaption>
    <svg width=${SIZE} height=${SIZE + FOOT} role="img" aria-label=${label}>
      ${svg`<path class="grid" d="M${EDGE} ${EDGE}V${SIZE - EDGE}H${SIZE - EDGE}M${EDGE} ${EDGE}L${SIZE - EDGE} ${SIZE - EDGE}" />
        ${low.map((share, unit) => renderDot(unit, share, high[unit] ?? 0, picked.has(unit), () => pick(signal, unit)))}
        <text x=${EDGE} y=${SIZE + 8}>low →</text><text x="10" y="12">↑ high</text>`}
    </svg>
  </figure>`;
}

function renderDot(unit: number, low: number, high: number, picked: boolean, pick: () => void) {
  if (!Number.isFinite(low)) return nothing;
  const place = (share: number) => EDGE + share * (SIZE - 2 * EDGE);
  const percent = (share: number) => `${Math.round(share * 100)} %`;
  return svg`<circle
    class=${picked ? "picked" : ""}
    data-unit=${unit}
    cx=${place(low)}
    cy=${place(1 - high)}
    r="3"
    @click=${pick}
  ><title>unit ${unit}: ${percent(low)} low, ${percent(high)} high</title></circle>`;
}
