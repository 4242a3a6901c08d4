/** The distribution of one matrix's weights at every step: each column is a histogram. */
import { css, html, LitElement, nothing, type PropertyValues } from "lit";
import type { StepUnit } from "../../api/types.ts";
import { linearAxis, stepAxis, type XAxis } from "../../charts/axes.ts";
import "../../charts/line_chart.ts";
import type { Chart } from "../../charts/chart.ts";
import type { Theme } from "../../maths/colours.ts";
import { formatCount, formatEnd } from "../../maths/format.ts";
import { rowAt } from "../../maths/hit.ts";
import { nearestStep } from "../../state/steps.ts";
import { clearCanvas } from "../../views/canvas.ts";
import { send } from "../../views/events.ts";
import { base, PALETTE } from "../../views/theme.ts";
import { GUTTER, PLOT_WIDTH, panelStyles } from "../shared/styles.ts";
import { columnEdges, shade } from "./matrices.ts";
import type { Histograms } from "./queries.ts";

const HEIGHT = 96;

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
    css`
      .chart {
        position: relative;
        margin-top: 8px;
      }
      canvas {
        position: absolute;
        left: ${GUTTER.left}px;
        cursor: pointer;
      }
      /* The axes and the crosshair lie over the histograms, which take the mouse. */
      rnn-line-chart {
        position: relative;
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
    const { counts, steps } = this.histograms;
    const most = counts.reduce((a, b) => Math.max(a, b), 0);
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
        <rnn-line-chart aria-hidden="true" .chart=${this.axes}></rnn-line-chart>
      </div>
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

  /** The axes and the crosshair around the histograms: a chart without curves. */
  private get axes(): Chart {
    const { edges } = this.histograms;
    return {
      label: "",
      x: this.x,
      left: { ...linearAxis([edges[0] ?? 0, edges.at(-1) ?? 0], [HEIGHT, 0], [0]), ticks: [] },
      height: HEIGHT,
      gutter: GUTTER,
      curves: [],
      at: this.now,
    };
  }

  private get x(): XAxis {
    return stepAxis(this.all, PLOT_WIDTH, this.unit);
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
    const wanted = this.x.at(event.clientX - box.left);
    const step = wanted === null ? null : nearestStep(this.histograms.steps, wanted);
    const fromTop = rowAt(event.clientY - box.top, HEIGHT, this.bins);
    this.at = step === null || fromTop === null ? null : { step, bin: this.bins - 1 - fromTop };
  }

  private goTo(event: PointerEvent): void {
    this.point(event);
    if (this.at !== null) send(this, "step-change", this.at.step);
  }
}

customElements.define("rnn-weight-histogram", WeightHistogram);
