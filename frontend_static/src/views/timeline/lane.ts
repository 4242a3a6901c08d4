/** One signal: its name and legend on the left, its heatmaps on the right. */
import { html, LitElement, nothing } from "lit";
import { valueAt } from "../../api/trace.ts";
import { perPixel } from "../../maths/binning.ts";
import { shareBeyond } from "../../maths/codes.ts";
import { beyondColours, cssGradient, NOT_FINITE_COLOUR, type Theme } from "../../maths/colours.ts";
import { formatEnd, formatShare, formatValue, plural } from "../../maths/format.ts";
import type { LaneLayout } from "../../maths/layout.ts";
import { isMasked } from "../../maths/mask.ts";
import type { TimeWindow } from "../../maths/window.ts";
import type { Lane, Plot } from "../../state/lanes.ts";
import type { Cursor } from "./cursor.ts";
import { laneStyles } from "./lane_styles.ts";
import "./plot.ts";
import { base } from "../theme.ts";
import type { Mark } from "./plot.ts";

export class LaneView extends LitElement {
  static override properties = {
    lane: { attribute: false },
    window: { attribute: false },
    theme: { attribute: false },
    width: { attribute: false },
    layout: { attribute: false },
    ratio: { attribute: false },
    cursor: { attribute: false },
    pinned: { attribute: false },
    /** Which row of an evolution is the step on the screen. */
    now: { attribute: false },
    notFinite: { state: true },
  };

  static override styles = [base, laneStyles];

  declare lane: Lane;
  declare window: TimeWindow;
  declare theme: Theme;
  declare width: number;
  declare layout: LaneLayout;
  declare ratio: number;
  declare cursor: Cursor | null;
  declare pinned: number | null;
  declare now: number | null;
  /** By pane. */
  declare private notFinite: readonly boolean[];

  constructor() {
    super();
    this.now = null;
    this.notFinite = [];
  }

  override render() {
    const { scale, label, plots, clipped } = this.lane;
    const [low, high] = scale.domain;
    const beyond = clipped ? ["≤ ", "≥ "] : ["", ""];
    return html`
      <div class="label">
        <h3 title=${label}>${label}</h3>
        <div class="legend">
          ${this.renderCap(0)}
          <div class="ramp" style="background: ${cssGradient(scale, this.theme)}"></div>
          ${this.renderCap(1)}${plots.length === 1 ? this.renderBeyond() : nothing}
        </div>
        <div class="ends">
          <span>${low === 0 ? "" : beyond[0]}${formatEnd(low)}</span><span>${beyond[1]}${formatEnd(high)}</span>
          ${plots.some((plot, pane) => typeof plot !== "string" && this.notFinite[pane]) ? this.renderNotFinite() : nothing}
        </div>
        ${plots.length > 1 ? this.renderBeyond() : nothing}
        ${plots.length > 1 && clipped && this.cursor !== null ? nothing : this.renderRule()}
        <div class="value">${this.renderValues()}</div>
      </div>
      <div class="plots">${plots.map((plot, pane) => this.renderPlot(plot, pane))}</div>
    `;
  }

  private renderPlot(plot: Plot | string, pane: number) {
    const { heatmap } = this.layout;
    const size = `width: ${this.width}px; height: ${heatmap}px`;
    if (typeof plot === "string") return html`<div class="none" style=${size}>${plot || nothing}</div>`;
    const { label, nouns, scale, clipped } = this.lane;
    return html`<rnn-plot
      style=${size}
      .plot=${plot}
      .scale=${scale}
      .clipped=${clipped}
      .window=${this.window}
      .theme=${this.theme}
      .width=${this.width}
      .height=${heatmap}
      .ratio=${this.ratio}
      .marks=${this.marks(plot)}
      .label="${label}: a row for each ${nouns[0]}, a column for each ${nouns[1]}"
      @not-finite=${(event: CustomEvent<boolean>) => this.noteNotFinite(pane, event.detail)}
    ></rnn-plot>`;
  }

  private marks({ order }: Plot): Mark[] {
    const [pinned, hovered] =
      this.lane.rows === "steps" ? [this.now, this.cursor?.step] : [this.pinned, this.cursor?.unit];
    const marks: Mark[] = [];
    if (pinned !== null) marks.push({ row: order.indexOf(pinned), pin: true });
    if (hovered != null && hovered !== pinned) marks.push({ row: order.indexOf(hovered), pin: false });
    return marks;
  }

  private noteNotFinite(pane: number, found: boolean): void {
    if ((this.notFinite[pane] ?? false) === found) return;
    this.notFinite = this.lane.plots.map((_, i) => (i === pane ? found : (this.notFinite[i] ?? false)));
  }

  /** The colour of what lies beyond an end of the scale; a scale from zero has nothing below. */
  private renderCap(end: 0 | 1) {
    const { scale, clipped } = this.lane;
    if (!clipped || (end === 0 && scale.kind === "sequential")) return nothing;
    const title = end === 0 ? "Below the scale" : "Above the scale";
    return html`<i title=${title} style="background: ${beyondColours(scale, this.theme)[end]}"></i>`;
  }

  /** How much of what is shown lies beyond the scale. */
  private renderBeyond() {
    const { scale, plots, clipped } = this.lane;
    if (!clipped) return nothing;
    const drawn = plots.filter((plot) => typeof plot !== "string");
    const shares = drawn.map(({ matrix, mask }) => shareBeyond(matrix, mask, scale));
    if (shares.every((share) => share === 0)) return nothing;
    const text = shares.map(formatShare).join(" | ");
    // Two shares need a line of their own, where the rule gives way to the values at the cursor.
    const alone = plots.length === 1;
    const what = this.lane.rows === "steps" ? "of the unit at all steps" : "shown";
    const title = `${text} of the values ${what} lie beyond the scale. The scale is the same at every step.`;
    return html`<div class=${alone ? "beyond" : "rule"} title=${title}>${text}${alone ? "" : " beyond"}</div>`;
  }

  /** What a pixel shows where it holds several values. */
  private renderRule() {
    const { lane, window, layout, width, ratio } = this;
    const plot = lane.plots.find((one) => typeof one !== "string");
    if (plot === undefined) return nothing;
    const timesteps = Math.min(plot.matrix.timesteps, window.to) - window.from;
    const rows = perPixel(plot.order.length, layout.heatmap * ratio);
    const columns = perPixel(timesteps, (width * timesteps * ratio) / (window.to - window.from));
    const [high, wide] = [Number(rows.toPrecision(2)), Number(columns.toPrecision(2))];
    if (high === 1 && wide === 1) return nothing;
    const extremes = lane.clipped ? "Values beyond the scale" : "Values beyond 80 % of the scale";
    const title = `A pixel shows the mean of about ${plural(high, lane.nouns[0])} × ${plural(wide, lane.nouns[1])}. ${extremes} show in as many pixels as they would fill, NaN wherever it is.`;
    return html`<div class="rule" title=${title}>mean of ${high} × ${wide}</div>`;
  }

  private renderNotFinite() {
    return html`<span class="nan" title="Not a finite number"><i style="background: ${NOT_FINITE_COLOUR}"></i>NaN</span>`;
  }

  private renderValues() {
    const { lane, cursor } = this;
    const row = lane.rows === "steps" ? cursor?.step : cursor?.unit;
    if (cursor === null || row == null) return lane.note;
    const sides = lane.plots.length > 1;
    return lane.plots.map((plot, pane) => {
      if (typeof plot === "string") return nothing;
      const name =
        lane.rows === "steps" ? "" : sides ? "AB"[pane] : lane.of ? "A − B" : `${lane.nouns[0]} ${row}`;
      return this.renderValue(
        plot,
        cursor.timestep,
        row,
        name ?? "",
        sides || lane.of ? "AB"[pane] : undefined,
      );
    });
  }

  private renderValue({ matrix, mask }: Plot, timestep: number, row: number, name: string, side?: string) {
    if (row >= matrix.units || timestep >= matrix.timesteps) return nothing;
    const value = valueAt(matrix, timestep, row);
    const padding = isMasked(mask, matrix, timestep, row);
    // No <output>: as a live region it would read aloud every cell that the mouse passes.
    const shown = padding ? "padding" : formatValue(value);
    return html`<span
      >${name}<data
        value=${padding ? "padding" : String(value)}
        title=${this.exact(value, timestep, row)}
        data-timestep=${timestep}
        data-unit=${row}
        data-side=${side ?? nothing}
        >${shown}</data
      ></span
    >`;
  }

  /** All digits; for a difference, A and B, too. */
  private exact(value: number, timestep: number, row: number): string {
    if (this.lane.of === null) return String(value);
    const [a, b] = this.lane.of.map((matrix) => valueAt(matrix, timestep, row));
    return `${value} = ${a} − ${b}`;
  }
}

customElements.define("rnn-lane", LaneView);
