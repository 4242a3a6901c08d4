/** One signal of the overview: its name, its numbers at the cursor, and its charts. */
import { html, LitElement, nothing, type PropertyValues } from "lit";
import type { SignalInfo } from "../../api/types.ts";
import { linearAxis, windowAxis, type YAxis } from "../../charts/axes.ts";
import type { Curve } from "../../charts/curves.ts";
import "../../charts/line_chart.ts";
import type { CanvasLook, Chart } from "../../charts/chart.ts";
import { overTime, pointTimes, stretchesAboveZero, timeEdges } from "../../maths/bands.ts";
import { NOT_FINITE_COLOUR, type Theme } from "../../maths/colours.ts";
import { formatEnd } from "../../maths/format.ts";
import { sameWindow, type TimeWindow } from "../../maths/window.ts";
import { base, PALETTE } from "../theme.ts";
import { bandsOf, sharesOf } from "./curves.ts";
import { type Shown, sameShown } from "./entries.ts";
import { chartStyles, STRIP_GAP, STRIP_HEIGHT } from "./styles.ts";
import { type Reading, renderQuantiles, renderReading, renderShares } from "./values.ts";

const PLOTTED = [
  "signal",
  "shown",
  "overlaid",
  "window",
  "total",
  "domain",
  "theme",
  "width",
  "height",
  "ratio",
] as const;

const sameNumbers = (a: readonly number[], b: readonly number[] | undefined) =>
  a.length === b?.length && a.every((value, i) => value === b[i]);

export class OverviewChart extends LitElement {
  static override properties = {
    signal: { attribute: false },
    // Moving the cursor makes equal copies of these, and must not draw anything.
    shown: { attribute: false, hasChanged: (a: Shown[], b?: Shown[]) => !sameShown(a, b) },
    overlaid: { attribute: false, hasChanged: (a: number[], b?: number[]) => !sameNumbers(a, b) },
    domain: { attribute: false, hasChanged: (a: number[], b?: number[]) => !sameNumbers(a, b) },
    window: { attribute: false, hasChanged: (a: TimeWindow, b?: TimeWindow) => !b || !sameWindow(a, b) },
    waiting: { attribute: false },
    missing: { attribute: false },
    total: { attribute: false },
    theme: { attribute: false },
    width: { attribute: false },
    height: { attribute: false },
    ratio: { attribute: false },
    cursor: { attribute: false },
  };

  static override styles = [base, chartStyles];

  declare signal: SignalInfo;
  declare shown: readonly Shown[];
  /** Steps of the first entry, drawn as thin medians. */
  declare overlaid: readonly number[];
  declare domain: readonly [number, number];
  declare window: TimeWindow;
  /** Whether the first entry's summary is still on its way. */
  declare waiting: boolean;
  /** Entries that have no statistics of this signal. */
  declare missing: readonly number[];
  /** Timesteps of the time axis. */
  declare total: number;
  declare theme: Theme;
  declare width: number;
  /** Of the bands and the strip of shares together. */
  declare height: number;
  declare ratio: number;
  declare cursor: number | null;
  /** Made again only when their content changes, which the cursor does not. */
  private bands: Chart | null = null;
  private shares: Chart | null = null;

  private get hasShares(): boolean {
    return this.signal.saturation !== null;
  }

  private get bandsHeight(): number {
    return this.height - (this.hasShares ? STRIP_HEIGHT + STRIP_GAP : 0);
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (PLOTTED.some((name) => changed.has(name))) this.plot();
  }

  override render() {
    const { signal, shown, cursor, theme, width } = this;
    const { label } = signal;
    const reading = cursor === null ? null : { signal: signal.name, timestep: cursor, theme };
    const empty = shown.length === 0;
    return html`
      <div class="label" style="height: ${this.bandsHeight}px">
        <h3 title=${label}>${label}</h3>
        ${empty ? nothing : this.renderEnds()} ${reading === null ? nothing : renderQuantiles(shown, reading)}
        ${empty ? nothing : this.missing.map((entry) => renderReading(entry, theme, "no statistics"))}
      </div>
      ${
        empty
          ? this.renderEmpty()
          : html`<div class="bands" style="width: ${width}px; height: ${this.bandsHeight}px">
              <rnn-line-chart .chart=${this.bands}></rnn-line-chart>
            </div>`
      }
      ${this.hasShares && !empty ? this.renderStrip(reading) : nothing}
    `;
  }

  private renderEnds() {
    const [low, high] = this.domain;
    return html`<span class="end" style="top: 0">${formatEnd(high)}</span>
      <span class="end" style="bottom: 0">${formatEnd(low)}</span>`;
  }

  private renderEmpty() {
    if (this.waiting) return html`<p class="loading">loading…</p>`;
    return html`<p>no statistics of this signal</p>`;
  }

  private renderStrip(reading: Reading | null) {
    const [below = 0, above = 0] = this.signal.saturation ?? [];
    const title = `Share of values below ${formatEnd(below)} (low) and above ${formatEnd(above)} (high)`;
    return html`<div class="label strip" title=${title} style="height: ${STRIP_HEIGHT}px">
        ${reading === null ? "saturated" : renderShares(this.shown, reading)}
      </div>
      <div class="shares" style="width: ${this.width}px; height: ${STRIP_HEIGHT}px">
        <rnn-line-chart .chart=${this.shares}></rnn-line-chart>
      </div>`;
  }

  private plot(): void {
    const { shown, theme, window, width } = this;
    const edges = timeEdges(window, this.total, Math.round(width * this.ratio));
    const canvas = { edges, xs: pointTimes(edges), theme };
    const [low, high] = this.domain;
    const marks = shown.flatMap(({ summary, row }) =>
      stretchesAboveZero(overTime(summary, row, "non_finite"), edges),
    );
    const middle = low < 0 && high > 0 ? 0 : (low + high) / 2;
    const bands = axisOf([low, middle, high], this.bandsHeight);
    const label = this.describe("median and quantile bands");
    this.bands = this.chartOf(label, bands, this.bandsHeight, bandsOf(shown, this.overlaid, canvas), marks);
    const shares = this.describe("shares of saturated values");
    this.shares = this.chartOf(
      shares,
      axisOf([0, 1], STRIP_HEIGHT),
      STRIP_HEIGHT,
      sharesOf(shown, canvas),
      [],
    );
  }

  private chartOf(
    label: string,
    left: YAxis,
    height: number,
    curves: readonly Curve[],
    marks: CanvasLook["marks"],
  ): Chart {
    const x = windowAxis(this.window, this.width);
    const canvas = { ruleColour: PALETTE[this.theme].rule, marks, markColour: NOT_FINITE_COLOUR };
    return { label, x, left, height, gutter: NO_GUTTER, curves, canvas };
  }

  private describe(what: string): string {
    const labels = this.shown.map(({ label }) => label).join(" and ");
    return `${this.signal.label}: ${what} over ${this.total} timesteps, ${labels}`;
  }
}

const NO_GUTTER = { left: 0, right: 0 };
/** Above and below the scale's ends, so that a line along an end is drawn whole. */
const BLEED = 2;

/** An axis with a line across at each of these values, the first and last of which are its ends. */
function axisOf(ticks: readonly number[], height: number): YAxis {
  const domain = [ticks[0] ?? 0, ticks.at(-1) ?? 1] as const;
  return { ...linearAxis(domain, [height - BLEED, BLEED]), labelled: [], ticks };
}

customElements.define("rnn-overview-chart", OverviewChart);
