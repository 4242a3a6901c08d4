/** How strongly one value depends on the states before it: norms of its gradient over the timesteps. */
import { css, html, LitElement, svg } from "lit";
import { formatCount, formatEnd, formatValue, signalLabel } from "../../maths/format.ts";
import { rowAt } from "../../maths/hit.ts";
import { decades, logShare, rangeOfNorms } from "../../maths/memory.ts";
import { base } from "../theme.ts";
import { gutterStyles, PLOT_WIDTH } from "./gutter.ts";
import { memoryStyles } from "./memory_styles.ts";
import { CHART_HEIGHT, panelStyles } from "./panel_styles.ts";
import { renderSurface } from "./surface.ts";

const TOP = 8;
const BOTTOM = CHART_HEIGHT - 8;

export class ReachPlot extends LitElement {
  static override properties = {
    /** By state, [time]. */
    norms: { attribute: false },
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
    gutterStyles,
    memoryStyles,
    css`
      .other {
        stroke: var(--soft);
        stroke-width: 1.25;
      }
      .reach {
        fill: var(--accent);
        fill-opacity: 0.12;
      }
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
    const [from, to] = [Math.min(this.from, this.end), Math.max(this.from, this.end) + 1];
    const now = this.x((this.hovered ?? this.from) + 0.5).toFixed(1);
    const y = (value: number) => BOTTOM - logShare(value, domain) * (BOTTOM - TOP);
    const ticks = decades(domain);
    const clipped = [...this.norms.values()].flat().some((norm) => norm > 0 && norm < domain[0]);
    return html`<div class="chart">
        <span class="end" style="top: ${TOP}px">${formatEnd(domain[1])}</span>
        <span class="end" style="top: ${BOTTOM}px">${clipped ? "≤ " : ""}${formatEnd(domain[0])}</span>
        ${renderSurface(
          {
            width: PLOT_WIDTH,
            height: CHART_HEIGHT,
            label: `Norm of the gradient by the states at ${formatCount(this.timesteps)} timesteps`,
            at: (x) => rowAt(x, PLOT_WIDTH, this.timesteps),
            hover: (at) => {
              this.hovered = at;
            },
          },
          svg`<rect class="reach" x=${this.x(from).toFixed(1)} y=${TOP} width=${(this.x(to) - this.x(from)).toFixed(1)} height=${BOTTOM - TOP} />
            ${ticks.map((tick) => svg`<path class="grid" d="M0 ${y(tick).toFixed(1)}H${PLOT_WIDTH}" />`)}
            <path class="grid" d="M0 ${TOP}H${PLOT_WIDTH}M0 ${BOTTOM}H${PLOT_WIDTH}" />
            ${this.drawn.map(([name, norms]) => svg`<path data-state=${name} class=${name === this.state ? "value" : "other"} d=${this.pathOf(norms, y)} />`)}
            <path class="now" d="M${now} 0V${CHART_HEIGHT}" />`,
        )}
      </div>
      <div class="axis hint"><span>timestep 0</span><span>lines at powers of ten</span><span>${this.timesteps - 1}</span></div>
      <p class="hint keys">${this.renderKeys()}</p>`;
  }

  /** The value's own state last, so that it lies on top. */
  private get drawn(): [string, readonly number[]][] {
    return [...this.norms].sort(([a], [b]) => Number(a === this.state) - Number(b === this.state));
  }

  private renderKeys() {
    const at = this.hovered ?? this.end;
    return html`<span>timestep ${at}</span>${[...this.norms].map(([name, norms]) => {
      const norm = norms[at] ?? Number.NaN;
      const shown = Number.isNaN(norm) ? "padding" : formatValue(norm);
      return html`<span
        ><i class=${name === this.state ? "key own" : "key"}></i>by ${signalLabel(name)}:
        <data value=${String(norm)} data-state=${name} data-timestep=${at}>${shown}</data></span
      >`;
    })}`;
  }

  /** Zeros, as after the value, have no place on a logarithmic axis, and padding has no norm. */
  private pathOf(norms: readonly number[], y: (value: number) => number): string {
    let pen = "M";
    let path = "";
    for (const [t, norm] of norms.entries()) {
      const isThere = norm > 0 && Number.isFinite(norm);
      if (isThere) path += `${pen}${this.x(t + 0.5).toFixed(1)} ${y(norm).toFixed(1)}`;
      pen = isThere ? "L" : "M";
    }
    return path;
  }

  private get timesteps(): number {
    return this.norms.values().next().value?.length ?? 0;
  }

  private x(timestep: number): number {
    return (timestep / this.timesteps) * PLOT_WIDTH;
  }
}

customElements.define("rnn-reach-plot", ReachPlot);
