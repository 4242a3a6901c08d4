/** The horizon of every unit by rank, on a logarithmic axis. */
import { html, LitElement, svg } from "lit";
import { cellAxis, logAxis, type XAxis, type YAxis } from "../../charts/axes.ts";
import "../../charts/line_chart.ts";
import type { Chart } from "../../charts/chart.ts";
import { formatCount, formatValue } from "../../maths/format.ts";
import { send } from "../../views/events.ts";
import { base } from "../../views/theme.ts";
import { CHART_HEIGHT, GUTTER, PLOT_WIDTH, panelStyles } from "../shared/styles.ts";
import type { Ranked } from "./horizons.ts";
import { memoryStyles } from "./styles.ts";

const TOP = 24;
const BOTTOM = CHART_HEIGHT - 8;
/** The height of infinite horizons. */
const INFINITE = 6;

export class HorizonPlot extends LitElement {
  static override properties = {
    ranked: { attribute: false },
    /** How long the sequence is. */
    timesteps: { type: Number },
    picked: { attribute: false },
    hovered: { state: true },
  };

  static override styles = [base, panelStyles, memoryStyles];

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
    return html`<rnn-line-chart
        .chart=${this.chart}
        @place-hover=${(event: CustomEvent<number | null>) => {
          this.hovered = event.detail;
        }}
        @place-pick=${(event: CustomEvent<number>) => this.pick(event.detail)}
      ></rnn-line-chart>
      <p class="hint readout">${this.renderReadout()}</p>`;
  }

  private get chart(): Chart {
    const { ranked, timesteps } = this;
    const x = cellAxis(ranked.length, PLOT_WIDTH);
    const left = logAxis(this.domain, [BOTTOM, TOP]);
    return {
      label: `Horizon of ${formatCount(ranked.length)} units, the longest first`,
      x,
      left,
      height: CHART_HEIGHT,
      gutter: GUTTER,
      curves: [],
      level: timesteps,
      picks: true,
      below: [...this.renderTexts(left), ...ranked.map((one, rank) => this.renderDot(one, rank, x, left))],
    };
  }

  private renderTexts({ scale }: YAxis) {
    const sequence = svg`<text x=${PLOT_WIDTH} y=${scale(this.timesteps) - 4} text-anchor="end">the sequence: ${formatCount(this.timesteps)} timesteps</text>`;
    const isInfinite = this.ranked[0]?.horizon === Number.POSITIVE_INFINITY;
    return isInfinite
      ? [sequence, svg`<text x="-6" y=${INFINITE} dy="0.32em" text-anchor="end">∞</text>`]
      : [sequence];
  }

  private renderDot({ unit, horizon }: Ranked, rank: number, x: XAxis, { scale }: YAxis) {
    const isAt = unit === this.picked || rank === this.hovered;
    const y = Number.isFinite(horizon) ? scale(horizon) : INFINITE;
    return svg`<circle class=${isAt ? "point at" : "point"} data-unit=${unit} cx=${x.x(rank).toFixed(1)} cy=${y.toFixed(1)} r=${isAt ? 3.5 : 2} />`;
  }

  private renderReadout() {
    const one = this.hovered === null ? undefined : this.ranked[this.hovered];
    if (one === undefined) return "Units by rank, timesteps on a logarithmic axis. Click to pick one.";
    return html`unit ${one.unit}:
      <data value=${String(one.horizon)} data-unit=${one.unit}>${formatValue(one.horizon)}</data> timesteps`;
  }

  /** A gate between 0 and 1 has a horizon of 1 timestep or more; without these bounds it may be less. */
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
