/** Each unit's share of time at either end of a gate's range, as in Karpathy et al. 2015, figure 4. */

import { scaleLinear } from "d3-scale";
import { css, html, nothing, svg } from "lit";
import type { RunInfo } from "../../api/types.ts";
import { formatCount } from "../../maths/format.ts";
import type { Selection } from "../../state/selection.ts";
import { labelOf } from "../shared/signals.ts";
import type { SaturationShares } from "./queries.ts";

const SIZE = 128;
/** Room for the dots at the edge. */
const EDGE = 4;
/** Room for the name of the axis. */
const FOOT = 14;

interface Dot {
  readonly unit: number;
  readonly low: number;
  readonly high: number;
  readonly picked: boolean;
  /** Whether Tab stops at it; the arrow keys go on from there. */
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
  .grid {
    fill: none;
    stroke: var(--rule);
  }
  text {
    fill: var(--soft);
    font-size: 10px;
  }
`;

/** Shares run from the left and from the bottom. */
const x = scaleLinear([0, 1], [EDGE, SIZE - EDGE]);
const y = scaleLinear([0, 1], [SIZE - EDGE, EDGE]);

export function renderSaturation(
  shares: readonly SaturationShares[],
  run: RunInfo,
  { layer, pinned }: Selection,
  pick: Pick,
) {
  if (shares.length === 0) return nothing;
  const picked = new Set(pinned);
  return html`<h3>Saturation of ${layer}</h3>
    <p class="hint">
      Each dot is a unit: the share of its time, over all samples, that it is high against low. Click one to put it on top; with the keyboard, arrows
      and Enter.
    </p>
    <div class="plots">
      ${shares.map((one) => renderPlot(one, labelOf(run, layer, one.signal), picked, pick))}
    </div>`;
}

function renderPlot(
  { signal, low, high }: SaturationShares,
  name: string,
  picked: ReadonlySet<number>,
  pick: Pick,
) {
  const first = low.findIndex(Number.isFinite);
  const label = `${name}: share high against share low of ${formatCount(low.length)} units`;
  return html`<figure>
    <figcaption>${name}</figcaption>
    <svg width=${SIZE} height=${SIZE + FOOT} role="group" aria-label=${label} @keydown=${onKey}>
      ${svg`<polyline class="grid" points="${x(0)},${y(1)} ${x(0)},${y(0)} ${x(1)},${y(0)}" />
        <line class="grid" x1=${x(0)} y1=${y(1)} x2=${x(1)} y2=${y(0)} />
        ${low.map((share, unit) => renderDot({ unit, low: share, high: high[unit] ?? 0, picked: picked.has(unit), first: unit === first }, () => pick(signal, unit)))}
        <text x=${EDGE} y=${SIZE + 8}>low →</text><text x="10" y="12">↑ high</text>`}
    </svg>
  </figure>`;
}

function renderDot({ unit, low, high, picked, first }: Dot, pick: () => void) {
  if (!Number.isFinite(low)) return nothing;
  const percent = (share: number) => `${Math.round(share * 100)} %`;
  const label = `unit ${unit}: ${percent(low)} low, ${percent(high)} high`;
  return svg`<circle
    class=${picked ? "picked" : ""}
    data-unit=${unit}
    cx=${x(low)}
    cy=${y(high)}
    r="3"
    role="button"
    tabindex=${first ? 0 : -1}
    aria-label=${label}
    aria-pressed=${picked}
    @click=${pick}
  ><title>${label}</title></circle>`;
}

/** The arrow keys move between units, Enter and Space pick one; none of them reaches the timeline. */
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
