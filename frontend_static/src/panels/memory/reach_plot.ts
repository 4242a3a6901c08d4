/** How strongly one value depends on earlier states: norms of its gradient over the timesteps. */
import { css, html, LitElement, svg } from "lit";
import { cellAxis, logAxis } from "../../charts/axes.ts";
import { type Chart, MAIN, OTHER } from "../../charts/chart.ts";
import "../../charts/line_chart.ts";
import { formatCount, formatEnd, formatValue } from "../../maths/format.ts";
import { base } from "../../views/theme.ts";
import { CHART_HEIGHT, GUTTER, PLOT_WIDTH, panelStyles } from "../shared/styles.ts";
import { rangeOfNorms } from "./horizons.ts";
import { memoryStyles } from "./styles.ts";

const TOP = 8;
const BOTTOM = CHART_HEIGHT - 8;

export class ReachPlot extends LitElement {
  static override properties = {
    /** By state, [time]. */
    norms: { attribute: false },
    /** The states' labels. */
    labels: { attribute: false },
    /** The state that the value is of. */
    state: { attribute: false },
    from: { type: Number },
    /** The farthest timestep within reach. */
    end: { type: Number },
    hovered: { state: true },
  };

  static override styles = [
    base,
    panelStyles,
    memoryStyles,
    css`
      .key {
        display: inline-block;
        width: 12px;
        height: 2px;
        margin-right: 4px;
        background: var(--soft);
        vertical-align: middle;
      }
      .key.own {
        background: var(--accent);
      }
      .keys {
        display: flex;
        gap: 4px 16px;
        flex-wrap: wrap;
        margin: 4px 0 8px;
      }
    `,
  ];

  declare norms: ReadonlyMap<string, readonly number[]>;
  declare labels: ReadonlyMap<string, string>;
  declare state: string;
  declare from: number;
  declare end: number;
  declare private hovered: number | null;

  constructor() {
    super();
    this.hovered = null;
  }

  override render() {
    const domain = rangeOfNorms([...this.norms.values()].flat());
    if (domain === null)
      return html`<p class="hint">The gradient is zero, or not finite, at every timestep.</p>`;
    return html`<rnn-line-chart
        .chart=${this.chartOf(domain)}
        @place-hover=${(event: CustomEvent<number | null>) => {
          this.hovered = event.detail;
        }}
      ></rnn-line-chart>
      <p class="hint keys">${this.renderKeys()}</p>`;
  }

  private chartOf(domain: readonly [number, number]): Chart {
    const { norms, state, timesteps } = this;
    const isClipped = [...norms.values()].flat().some((norm) => norm > 0 && norm < domain[0]);
    const label = (norm: number) => `${isClipped && norm === domain[0] ? "≤ " : ""}${formatEnd(norm)}`;
    const x = cellAxis(timesteps, PLOT_WIDTH, ["timestep 0", String(timesteps - 1)]);
    const [from, to] = [Math.min(this.from, this.end), Math.max(this.from, this.end) + 1].map(x.scale);
    const places = Array.from({ length: timesteps }, (_, timestep) => timestep);
    return {
      label: `Norm of the gradient by the states at ${formatCount(timesteps)} timesteps`,
      x,
      left: logAxis(domain, [BOTTOM, TOP], label),
      height: CHART_HEIGHT,
      gutter: GUTTER,
      // The value's own state last, so that it lies on top.
      curves: [...norms]
        .sort(([a], [b]) => Number(a === state) - Number(b === state))
        .map(([name, values]) => ({
          ...(name === state ? MAIN : { ...OTHER, stroke: "var(--soft)" }),
          name,
          xs: places,
          heights: values.map(positive),
        })),
      main: state,
      at: this.hovered ?? this.from,
      below: svg`<rect class="under" x=${from ?? 0} y=${TOP} width=${(to ?? 0) - (from ?? 0)} height=${BOTTOM - TOP} />`,
    };
  }

  private renderKeys() {
    const at = this.hovered ?? this.end;
    return html`<span>timestep ${at}</span>${[...this.norms].map(([name, norms]) => {
      const norm = norms[at] ?? Number.NaN;
      const shown = Number.isNaN(norm) ? "padding" : formatValue(norm);
      return html`<span
        ><i class=${name === this.state ? "key own" : "key"}></i>by ${this.labels.get(name) ?? name}:
        <data value=${String(norm)} data-state=${name} data-timestep=${at}>${shown}</data></span
      >`;
    })}`;
  }

  private get timesteps(): number {
    return this.norms.values().next().value?.length ?? 0;
  }
}

/** A logarithmic axis has no place for zeros, as after the value; padding has no norm. */
function positive(norm: number): number | null {
  return norm > 0 ? norm : null;
}

customElements.define("rnn-reach-plot", ReachPlot);
