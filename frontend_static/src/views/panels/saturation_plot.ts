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

interface Dot {
  readonly unit: number;
  readonly low: number;
  readonly high: number;
  readonly picked: boolean;
  /** Whether Tab stops at it; arrows go on from there. */
  readonly first: boolean;
}

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
  circle:focus-visible,
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
      Each dot is a unit: the share of its time, over all samples, that it is high against low. Click one to put it on top; with the keyboard, arrows
      and Enter.
    </p>
    <div class="plots">${signals.map((signal) => renderPlot(signal, shares, new Set(pinned), pick))}</div>`;
}

function renderPlot(signal: string, shares: Tensors, picked: ReadonlySet<number>, pick: Pick) {
  const [low, high] = [numbersOf(shares, `low/${signal}`), numbersOf(shares, `high/${signal}`)];
  const first = low.findIndex(Number.isFinite);
  const label = `${signalLabel(signal)}: share high against share low of ${formatCount(low.length)} units`;
  return html`<figure>
    <figcaption>${signalLabel(signal)}</figcaption>
    <svg width=${SIZE} height=${SIZE + FOOT} role="group" aria-label=${label} @keydown=${onKey}>
      ${svg`<path class="grid" d="M${EDGE} ${EDGE}V${SIZE - EDGE}H${SIZE - EDGE}M${EDGE} ${EDGE}L${SIZE - EDGE} ${SIZE - EDGE}" />
        ${[...low].map((share, unit) => renderDot({ unit, low: share, high: high[unit] ?? 0, picked: picked.has(unit), first: unit === first }, () => pick(signal, unit)))}
        <text x=${EDGE} y=${SIZE + 8}>low →</text><text x="10" y="12">↑ high</text>`}
    </svg>
  </figure>`;
}

function renderDot({ unit, low, high, picked, first }: Dot, pick: () => void) {
  if (!Number.isFinite(low)) return nothing;
  const place = (share: number) => EDGE + share * (SIZE - 2 * EDGE);
  const percent = (share: number) => `${Math.round(share * 100)} %`;
  const label = `unit ${unit}: ${percent(low)} low, ${percent(high)} high`;
  return svg`<circle
    class=${picked ? "picked" : ""}
    data-unit=${unit}
    cx=${place(low)}
    cy=${place(1 - high)}
    r="3"
    role="button"
    tabindex=${first ? 0 : -1}
    aria-label=${label}
    aria-pressed=${picked}
    @click=${pick}
  ><title>${label}</title></circle>`;
}

/** Arrows go from unit to unit, Enter and the space bar pick; none of them reaches the timeline's own keys. */
function onKey(event: KeyboardEvent) {
  const dots = [...(event.currentTarget as Element).querySelectorAll("circle")];
  const at = dots.indexOf(event.target as SVGCircleElement);
  const to = new Map([
    ["ArrowRight", at + 1],
    ["ArrowDown", at + 1],
    ["ArrowLeft", at - 1],
    ["ArrowUp", at - 1],
    ["Home", 0],
    ["End", dots.length - 1],
  ]).get(event.key);
  if (event.key === "Enter" || event.key === " ") event.target?.dispatchEvent(new MouseEvent("click"));
  else if (to !== undefined) dots[to]?.focus();
  else return;
  event.preventDefault();
  event.stopPropagation();
}
