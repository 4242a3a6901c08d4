/** One matrix of weights as a heatmap, with the weight under the mouse. */
import { css, html, LitElement, nothing } from "lit";
import { type Matrix, valueAt } from "../../api/trace.ts";
import type { StepUnit } from "../../api/types.ts";
import { perPixel } from "../../maths/binning.ts";
import { shareBeyond } from "../../maths/codes.ts";
import { beyondColours, cssGradient, type Theme } from "../../maths/colours.ts";
import { formatCount, formatEnd, formatShare, formatValue } from "../../maths/format.ts";
import { rowAt } from "../../maths/hit.ts";
import type { Scale } from "../../maths/scale.ts";
import { identityOrder } from "../../maths/units.ts";
import { base } from "../../views/theme.ts";
import "../../views/timeline/plot.ts";
import { CHART_WIDTH, panelStyles } from "../shared/styles.ts";

const TALLEST = 200;
/** A cell of a small matrix. */
const CELL = { width: 24, height: 16 };

export class WeightHeatmap extends LitElement {
  static override properties = {
    matrix: { attribute: false },
    kind: { attribute: false },
    reach: { type: Number },
    largest: { type: Number },
    theme: { attribute: false },
    ratio: { type: Number },
    label: { attribute: false },
    unit: { attribute: false },
    at: { state: true },
  };

  static override styles = [
    base,
    panelStyles,
    css`
      .scale {
        display: flex;
        gap: 8px;
        align-items: center;
        margin-top: 8px;
      }
      .ramp {
        flex: 1;
        height: 6px;
      }
      .scale i {
        width: 7px;
        height: 6px;
        margin: 0 -5px;
      }
      .note {
        margin: 2px 0 0;
      }
      .readout {
        min-height: 16px;
        margin: 4px 0 0;
      }
      .readout data {
        color: var(--ink);
      }
    `,
  ];

  declare matrix: Matrix;
  declare kind: string;
  /** The size that colours reach to, the same at every step. */
  declare reach: number;
  /** The largest size of any weight over all steps. */
  declare largest: number;
  declare theme: Theme;
  declare ratio: number;
  declare label: string;
  /** What a step is called. */
  declare unit: StepUnit;
  /** The cell under the mouse. */
  declare private at: { readonly column: number; readonly row: number } | null;

  constructor() {
    super();
    this.at = null;
  }

  override render() {
    const { timesteps: columns, units: rows } = this.matrix;
    const scale: Scale = { kind: "diverging", domain: [-this.reach, this.reach] };
    const [width, height] = this.size;
    return html`<rnn-plot
        style="width: ${width}px; height: ${height}px"
        .plot=${{ matrix: this.matrix, mask: null, order: identityOrder(rows) }}
        .scale=${scale}
        .clipped=${this.clipped}
        .window=${{ from: 0, to: columns }}
        .theme=${this.theme}
        .width=${width}
        .height=${height}
        .ratio=${this.ratio}
        .marks=${this.at === null ? [] : [{ row: this.at.row, pin: false }]}
        .label=${this.label}
        @pointermove=${(event: PointerEvent) => this.point(event)}
        @pointerleave=${() => {
          this.at = null;
        }}
      ></rnn-plot>
      <div class="scale hint">
        <span>${this.clipped ? "≤ " : ""}${formatEnd(-this.reach)}</span>
        ${this.renderCap(scale, 0)}
        <div class="ramp" style="background: ${cssGradient(scale, this.theme)}"></div>
        ${this.renderCap(scale, 1)}
        <span>${this.clipped ? "≥ " : ""}${formatEnd(this.reach)}</span>
      </div>
      ${this.renderBeyond(scale)} ${this.renderRule(columns, rows)}
      <p class="hint readout">${this.renderReadout(columns, rows)}</p>`;
  }

  /** Whether some weights, at this step or another, are larger than the colours reach. */
  private get clipped(): boolean {
    return this.largest > this.reach;
  }

  private renderCap(scale: Scale, end: 0 | 1) {
    if (!this.clipped) return nothing;
    return html`<i style="background: ${beyondColours(scale, this.theme)[end]}"></i>`;
  }

  private renderBeyond(scale: Scale) {
    if (!this.clipped) return nothing;
    const share = formatShare(shareBeyond(this.matrix, null, scale));
    return html`<p class="hint note">${share} beyond, up to ${formatEnd(this.largest)} at any ${this.unit}</p>`;
  }

  /** What a pixel shows where it holds several weights. */
  private renderRule(columns: number, rows: number) {
    const [width, height] = this.size;
    const held = [perPixel(rows, height * this.ratio), perPixel(columns, width * this.ratio)];
    if (held.every((count) => count === 1)) return nothing;
    return html`<p class="hint note">A pixel is the mean of about ${held.map((count) => Number(count.toPrecision(2))).join(" × ")} weights</p>`;
  }

  private renderReadout(columns: number, rows: number) {
    if (this.at === null) {
      const to = (count: number) => `0–${formatCount(count - 1)}`;
      if (this.isBias) return `Columns: units ${to(columns)}`;
      return `Rows: units ${to(rows)}, columns: ${this.kind === "U" ? "units" : "inputs"} read ${to(columns)}`;
    }
    const { column, row } = this.at;
    const value = valueAt(this.matrix, column, row);
    const where = this.isBias
      ? `unit ${column}`
      : `unit ${row}, from ${this.kind === "U" ? "unit" : "input"} ${column}`;
    return html`${where}:
      <data value=${String(value)} title=${String(value)} data-row=${this.isBias ? nothing : row} data-column=${column}
        >${formatValue(value)}</data
      >`;
  }

  private get isBias(): boolean {
    return this.kind !== "W" && this.kind !== "U";
  }

  /** In CSS pixels. */
  private get size(): [number, number] {
    const { timesteps, units } = this.matrix;
    return [Math.min(CHART_WIDTH, timesteps * CELL.width), Math.min(TALLEST, units * CELL.height)];
  }

  private point(event: PointerEvent): void {
    const box = (event.currentTarget as Element).getBoundingClientRect();
    const column = rowAt(event.clientX - box.left, box.width, this.matrix.timesteps);
    const row = rowAt(event.clientY - box.top, box.height, this.matrix.units);
    this.at = column === null || row === null ? null : { column, row };
  }
}

customElements.define("rnn-weight-heatmap", WeightHeatmap);
