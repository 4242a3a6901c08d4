/** How the weights of one matrix are spread, at every step: a column is a histogram. */
import { css, html, LitElement, nothing, type PropertyValues } from "lit";
import type { StepUnit } from "../../api/types.ts";
import type { Theme } from "../../maths/colours.ts";
import { formatCount, formatEnd } from "../../maths/format.ts";
import { rowAt } from "../../maths/hit.ts";
import { stepAt, stepX } from "../../maths/training.ts";
import { columnEdges, shade } from "../../maths/weights.ts";
import { clearCanvas } from "../canvas.ts";
import { send } from "../events.ts";
import { base, PALETTE } from "../theme.ts";
import { gutterStyles, PLOT_WIDTH } from "./gutter.ts";
import { panelStyles } from "./panel_styles.ts";

const HEIGHT = 96;

export interface Histograms {
  readonly steps: readonly number[];
  /** [step, bin]. */
  readonly counts: readonly number[];
  /** One more than there are bins. */
  readonly edges: readonly number[];
}

export class WeightHistogram extends LitElement {
  static override properties = {
    histograms: { attribute: false },
    /** All steps of the run: the training axis. */
    all: { attribute: false },
    now: { type: Number },
    unit: { attribute: false },
    theme: { attribute: false },
    ratio: { type: Number },
    at: { state: true },
  };

  static override styles = [
    base,
    panelStyles,
    gutterStyles,
    css`
      .chart {
        margin-top: 8px;
      }
      .chart canvas {
        display: block;
        cursor: pointer;
      }
      .chart svg {
        position: absolute;
        inset: 0;
        pointer-events: none;
      }
      .scale {
        display: flex;
        gap: 8px;
        align-items: center;
        margin-top: 4px;
      }
      .ramp {
        width: 64px;
        height: 6px;
        background: linear-gradient(to right, transparent, var(--accent));
      }
    `,
  ];

  declare histograms: Histograms;
  declare all: readonly number[];
  declare now: number;
  declare unit: StepUnit;
  declare theme: Theme;
  declare ratio: number;
  /** The step and bin under the mouse. */
  declare private at: { readonly step: number; readonly bin: number } | null;

  constructor() {
    super();
    this.at = null;
  }

  override render() {
    const { edges, counts, steps } = this.histograms;
    const most = counts.reduce((a, b) => Math.max(a, b), 0);
    const x = stepX(this.now, this.all, PLOT_WIDTH).toFixed(1);
    return html`<div class="chart">
        <canvas
          role="img"
          aria-label="Histogram of the weights at each of ${steps.length} steps"
          @pointermove=${(event: PointerEvent) => this.point(event)}
          @pointerleave=${() => {
            this.at = null;
          }}
          @click=${(event: PointerEvent) => this.goTo(event)}
        ></canvas>
        <svg width=${PLOT_WIDTH} height=${HEIGHT} aria-hidden="true">
          <path class="now" d="M${x} 0V${HEIGHT}" />
        </svg>
        ${[edges[0] ?? 0, 0, edges.at(-1) ?? 0].map((end, i) => html`<span class="end" style="top: ${((2 - i) / 2) * HEIGHT}px">${formatEnd(end)}</span>`)}
      </div>
      <div class="axis hint"><span>${this.unit} ${this.all[0]}</span><span>${this.all.at(-1)}</span></div>
      <div class="scale hint">
        ${
          this.at === null
            ? html`<span>0</span>
              <div class="ramp"></div>
              <span>${formatCount(most)} weights, logarithmic</span>`
            : this.renderReadout(this.at)
        }
      </div>`;
  }

  private renderReadout({ step, bin }: { step: number; bin: number }) {
    const { edges, steps } = this.histograms;
    const row = steps.indexOf(step);
    const count = this.countOf(row, bin);
    const [from, to] = [edges[bin], edges[bin + 1]];
    if (from === undefined || to === undefined) return nothing;
    return html`<span
      >${this.unit} ${step}:
      <data value=${count} data-step=${step} data-bin=${bin}>${formatCount(count)}</data> weights from
      ${formatEnd(from)} to ${formatEnd(to)}</span
    >`;
  }

  protected override updated(changed: PropertyValues): void {
    if (["histograms", "all", "theme", "ratio"].some((name) => changed.has(name))) this.paint();
  }

  private paint(): void {
    const canvas = this.renderRoot.querySelector("canvas");
    if (canvas === null) return;
    const { steps, counts } = this.histograms;
    const pen = clearCanvas(canvas, PLOT_WIDTH, HEIGHT);
    pen.fillStyle = PALETTE[this.theme].accent;
    const columns = columnEdges(steps, this.all, PLOT_WIDTH).map(Math.round);
    const most = counts.reduce((a, b) => Math.max(a, b), 0);
    for (let row = 0; row < steps.length; row++) {
      const [left = 0, right = 0] = [columns[row], columns[row + 1]];
      for (let bin = 0; bin < this.bins; bin++) {
        pen.globalAlpha = shade(this.countOf(row, bin), most);
        const top = HEIGHT * (1 - (bin + 1) / this.bins);
        pen.fillRect(left, top, right - left, HEIGHT / this.bins);
      }
    }
  }

  private get bins(): number {
    return this.histograms.edges.length - 1;
  }

  private countOf(row: number, bin: number): number {
    return this.histograms.counts[row * this.bins + bin] ?? 0;
  }

  private point(event: PointerEvent): void {
    const box = (event.currentTarget as Element).getBoundingClientRect();
    const step = stepAt(event.clientX - box.left, this.histograms.steps, PLOT_WIDTH);
    const fromTop = rowAt(event.clientY - box.top, HEIGHT, this.bins);
    this.at = step === null || fromTop === null ? null : { step, bin: this.bins - 1 - fromTop };
  }

  private goTo(event: PointerEvent): void {
    this.point(event);
    if (this.at !== null) send(this, "step-change", this.at.step);
  }
}

customElements.define("rnn-weight-histogram", WeightHistogram);
