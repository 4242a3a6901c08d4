/** One signal: its name and legend on the left, its heatmap on the right. */
import { css, html, LitElement, nothing, type PropertyValues } from "lit";
import { isPadding, type Trace, valueAt } from "../api/trace.ts";
import type { SignalInfo } from "../api/types.ts";
import { cssGradient, NOT_FINITE_COLOUR, type Theme } from "../maths/colours.ts";
import { formatEnd, formatValue, signalLabel } from "../maths/format.ts";
import type { LaneLayout } from "../maths/layout.ts";
import { signalScale } from "../maths/scale.ts";
import type { TimeWindow } from "../maths/window.ts";
import { fitCanvas } from "./canvas.ts";
import type { Cursor } from "./cursor.ts";
import { drawHeatmap } from "./draw_heatmap.ts";
import { base } from "./theme.ts";

const PAINTED = ["trace", "signal", "window", "order", "theme", "width", "layout", "ratio"] as const;

export class Lane extends LitElement {
  static override properties = {
    trace: { attribute: false },
    signal: { attribute: false },
    window: { attribute: false },
    order: { attribute: false },
    theme: { attribute: false },
    width: { attribute: false },
    layout: { attribute: false },
    ratio: { attribute: false },
    cursor: { attribute: false },
    pinned: { attribute: false },
    notFinite: { state: true },
  };

  static override styles = [
    base,
    css`
      :host {
        display: grid;
        grid-template-columns: var(--label-width) auto;
      }
      .label {
        padding-right: 20px;
        line-height: 16px;
      }
      h3 {
        margin: 0;
        overflow: hidden;
        font: 600 13px/16px inherit;
        font-size: 13px;
        text-overflow: ellipsis;
        white-space: nowrap;
      }
      .ramp {
        width: 104px;
        height: 6px;
        margin-top: 5px;
      }
      .ends {
        display: flex;
        position: relative;
        width: 104px;
        justify-content: space-between;
        color: var(--soft);
        font-size: 11px;
        line-height: 15px;
      }
      .nan {
        position: absolute;
        left: 112px;
        white-space: nowrap;
      }
      .nan i {
        display: inline-block;
        width: 7px;
        height: 7px;
        margin-right: 4px;
      }
      .value {
        height: 17px;
        color: var(--soft);
        font-size: 12px;
        line-height: 17px;
        white-space: nowrap;
      }
      .value data {
        margin-left: 6px;
        color: var(--ink);
      }
      .plot {
        position: relative;
        cursor: crosshair;
      }
      canvas {
        display: block;
      }
      .unit {
        position: absolute;
        left: 0;
        right: 0;
        pointer-events: none;
        border: solid var(--ink);
        border-width: 1px 0;
        box-shadow: 0 -1px var(--page), 0 1px var(--page);
      }
      .unit.pin {
        border-color: var(--accent);
      }
    `,
  ];

  declare trace: Trace;
  declare signal: SignalInfo;
  declare window: TimeWindow;
  declare order: Uint32Array;
  declare theme: Theme;
  declare width: number;
  declare layout: LaneLayout;
  declare ratio: number;
  declare cursor: Cursor | null;
  declare pinned: number | null;
  declare private notFinite: boolean;

  constructor() {
    super();
    this.notFinite = false;
  }

  override render() {
    const scale = signalScale(this.signal);
    const label = signalLabel(this.signal.name);
    return html`
      <div class="label">
        <h3 title=${label}>${label}</h3>
        <div class="ramp" style="background: ${cssGradient(scale, this.theme)}"></div>
        <div class="ends">
          <span>${formatEnd(scale.domain[0])}</span><span>${formatEnd(scale.domain[1])}</span>
          ${this.notFinite ? this.renderNotFinite() : nothing}
        </div>
        <div class="value">${this.renderValue()}</div>
      </div>
      <div class="plot" style="width: ${this.width}px; height: ${this.layout.heatmap}px">
        <canvas role="img" aria-label="${label}: units as rows, timesteps as columns"></canvas>
        ${this.renderUnit(this.pinned, "unit pin")}
        ${this.renderUnit(this.cursor?.unit === this.pinned ? null : (this.cursor?.unit ?? null), "unit")}
      </div>
    `;
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (PAINTED.some((name) => changed.has(name))) this.paint();
  }

  private paint(): void {
    const canvas = this.renderRoot.querySelector("canvas");
    const matrix = this.trace.signals.get(this.signal.name);
    if (canvas === null || matrix === undefined) return;
    const context = fitCanvas(canvas, this.width, this.layout.heatmap);
    const { order, window, theme } = this;
    const scale = signalScale(this.signal);
    this.notFinite = drawHeatmap(context, { matrix, mask: this.trace.mask, scale, order, window, theme });
  }

  private renderNotFinite() {
    return html`<span class="nan" title="Not a finite number"><i style="background: ${NOT_FINITE_COLOUR}"></i>NaN</span>`;
  }

  private renderValue() {
    const matrix = this.trace.signals.get(this.signal.name);
    if (this.cursor === null || this.cursor.unit === null || matrix === undefined) return nothing;
    const { timestep, unit } = this.cursor;
    if (unit >= matrix.units) return nothing;
    const value = valueAt(matrix, timestep, unit);
    const padding = isPadding(this.trace, timestep);
    // No <output>: a live region would read every cell aloud that the mouse passes.
    const shown = padding ? "padding" : formatValue(value);
    return html`unit ${unit}<data value=${padding ? "padding" : String(value)} title=${String(value)} data-timestep=${timestep} data-unit=${unit}>${shown}</data>`;
  }

  private renderUnit(unit: number | null, name: string) {
    const row = unit === null ? -1 : this.order.indexOf(unit);
    // A lane of one unit needs no pointer to it.
    if (row < 0 || this.order.length === 1) return nothing;
    const height = this.layout.heatmap / this.order.length;
    const thick = Math.max(1, Math.round(height)) + 2;
    const top = Math.round((row + 0.5) * height - thick / 2);
    return html`<div class=${name} style="top: ${top}px; height: ${thick}px"></div>`;
  }
}

customElements.define("rnn-lane", Lane);
