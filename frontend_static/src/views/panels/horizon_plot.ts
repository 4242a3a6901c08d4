/** The horizon of every unit by rank, on a logarithmic axis. */
import { css, html, LitElement, nothing, svg } from "lit";
import { formatCount, formatEnd, formatValue } from "../../maths/format.ts";
import { rowAt } from "../../maths/hit.ts";
import { decades, logShare, type Ranked } from "../../maths/memory.ts";
import { send } from "../events.ts";
import { base } from "../theme.ts";
import { gutterStyles, PLOT_WIDTH } from "./gutter.ts";
import { memoryStyles } from "./memory_styles.ts";
import { CHART_HEIGHT, panelStyles } from "./panel_styles.ts";
import { renderSurface } from "./surface.ts";

const TOP = 24;
/** Where infinite horizons stand. */
const INFINITE = 6;
const BOTTOM = CHART_HEIGHT - 8;

export class HorizonPlot extends LitElement {
  static override properties = {
    ranked: { attribute: false },
    /** How long the sequence is. */
    timesteps: { type: Number },
    picked: { attribute: false },
    hovered: { state: true },
  };

  static override styles = [
    base,
    panelStyles,
    gutterStyles,
    memoryStyles,
    css`
      circle {
        fill: var(--accent);
        fill-opacity: 0.6;
      }
      circle.at {
        fill: var(--ink);
        fill-opacity: 1;
      }
    `,
  ];

  declare ranked: readonly Ranked[];
  declare timesteps: number;
  declare picked: number | null;
  /** The rank under the mouse. */
  declare private hovered: number | null;

  constructor() {
    super();
    this.hovered = null;
  }

  override render() {
    const domain = this.domain;
    const y = (value: number) => BOTTOM - logShare(value, domain) * (BOTTOM - TOP);
    const hasInfinite = this.ranked[0]?.horizon === Number.POSITIVE_INFINITY;
    const line = y(this.timesteps).toFixed(1);
    return html`<div class="chart">
        ${[domain[0], ...decades(domain)].map((end) => html`<span class="end" style="top: ${y(end)}px">${formatEnd(end)}</span>`)}
        ${hasInfinite ? html`<span class="end" style="top: ${INFINITE}px">∞</span>` : nothing}
        ${renderSurface(
          {
            width: PLOT_WIDTH,
            height: CHART_HEIGHT,
            label: `Horizon of ${formatCount(this.ranked.length)} units, the longest first`,
            at: (x) => rowAt(x, PLOT_WIDTH, this.ranked.length),
            hover: (at) => {
              this.hovered = at;
            },
            pick: (rank) => this.pick(rank),
          },
          svg`${decades(domain).map((tick) => svg`<path class="grid" d="M0 ${y(tick).toFixed(1)}H${PLOT_WIDTH}" />`)}
            <path class="grid" d="M0 ${BOTTOM}H${PLOT_WIDTH}" />
            <path class="level" d="M0 ${line}H${PLOT_WIDTH}" />
            <text x=${PLOT_WIDTH} y=${Number(line) - 3} text-anchor="end">the sequence: ${formatCount(this.timesteps)} timesteps</text>
            ${this.ranked.map((one, rank) => this.renderDot(one, rank, Number.isFinite(one.horizon) ? y(one.horizon) : INFINITE))}`,
        )}
      </div>
      <p class="hint readout">${this.renderReadout()}</p>`;
  }

  private renderDot({ unit }: Ranked, rank: number, y: number) {
    const isAt = unit === this.picked || rank === this.hovered;
    const x = ((rank + 0.5) / this.ranked.length) * PLOT_WIDTH;
    return svg`<circle class=${isAt ? "at" : nothing} data-unit=${unit} cx=${x.toFixed(1)} cy=${y.toFixed(1)} r=${isAt ? 3.5 : 2} />`;
  }

  private renderReadout() {
    const one = this.hovered === null ? undefined : this.ranked[this.hovered];
    if (one === undefined) return "Units by rank, timesteps on a logarithmic axis. Click to pick one.";
    return html`unit ${one.unit}:
      <data value=${String(one.horizon)} data-unit=${one.unit}>${formatValue(one.horizon)}</data> timesteps`;
  }

  /** A gate is at most 1 and at least 0, so a horizon is 1 timestep or more; without such a bound it may be less. */
  private get domain(): [number, number] {
    const finite = this.ranked
      .map(({ horizon }) => horizon)
      .filter((horizon) => horizon > 0 && Number.isFinite(horizon));
    const [high, low] = [finite[0] ?? 1, finite.at(-1) ?? 1];
    return [Math.min(1, low), Math.max(2, this.timesteps, high)];
  }

  private pick(rank: number): void {
    const one = this.ranked[rank];
    if (one !== undefined) send(this, "unit-pick", one.unit);
  }
}

customElements.define("rnn-horizon-plot", HorizonPlot);
