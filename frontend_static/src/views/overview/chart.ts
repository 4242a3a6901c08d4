/** One signal of the overview: its name, its numbers at the cursor, and its plots. */
import { html, LitElement, nothing, type PropertyValues } from "lit";
import type { SignalInfo } from "../../api/types.ts";
import { overTime, pointTimes, stretchesAboveZero, timeEdges } from "../../maths/bands.ts";
import { NOT_FINITE_COLOUR, type Theme } from "../../maths/colours.ts";
import { formatEnd, signalLabel } from "../../maths/format.ts";
import { saturationThresholds } from "../../maths/saturation.ts";
import { sameWindow, type TimeWindow } from "../../maths/window.ts";
import { base, PALETTE } from "../theme.ts";
import { bandsOf, type Drawn, sharesOf } from "./curves.ts";
import { type Shown, sameShown } from "./entries.ts";
import { Plot, type PlotInput, uplotStyles } from "./plot.ts";
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
    // Moving the cursor makes these anew with the same content, and must not draw anything.
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

  static override styles = [base, uplotStyles, chartStyles];

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
  private readonly bands = new Plot();
  private readonly shares = new Plot();

  private get hasShares(): boolean {
    return this.signal.range !== null;
  }

  private get bandsHeight(): number {
    return this.height - (this.hasShares ? STRIP_HEIGHT + STRIP_GAP : 0);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    // Back in the page, its plots have to be made again.
    if (this.hasUpdated) this.requestUpdate("ratio");
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.dropPlots();
  }

  override render() {
    const { signal, shown, cursor, theme, width } = this;
    const label = signalLabel(signal.name);
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
          : html`<div class="bands" style="width: ${width}px; height: ${this.bandsHeight}px"></div>`
      }
      ${this.hasShares && !empty ? this.renderStrip(reading) : nothing}
    `;
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (!PLOTTED.some((name) => changed.has(name))) return;
    if (this.shown.length === 0) this.dropPlots();
    else this.plot();
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
    const [below, above] = saturationThresholds(this.signal.range ?? [0, 1]);
    const title = `Share of values below ${formatEnd(below)} (low) and above ${formatEnd(above)} (high)`;
    return html`<div class="label strip" title=${title} style="height: ${STRIP_HEIGHT}px">
        ${reading === null ? "saturated" : renderShares(this.shown, reading)}
      </div>
      <div class="shares" style="width: ${this.width}px; height: ${STRIP_HEIGHT}px"></div>`;
  }

  private plot(): void {
    const { shown, theme, window, width } = this;
    const edges = timeEdges(window, this.total, Math.round(width * this.ratio));
    const canvas = { edges, theme };
    const common = { times: pointTimes(edges), window, width, ruleColour: PALETTE[theme].rule };
    const [low, high] = this.domain;
    const marks = shown.flatMap(({ summary, row }) =>
      stretchesAboveZero(overTime(summary, row, "non_finite"), edges),
    );
    this.bands.draw(this.hostOf(".bands"), {
      ...common,
      ...parted(bandsOf(shown, this.overlaid, canvas)),
      label: this.describe("median and quantile bands"),
      domain: this.domain,
      rules: [low, (low + high) / 2, high],
      marks: { stretches: marks, colour: NOT_FINITE_COLOUR },
      height: this.bandsHeight,
    });
    if (!this.hasShares) {
      this.shares.destroy();
      return;
    }
    this.shares.draw(this.hostOf(".shares"), {
      ...common,
      ...parted(sharesOf(shown, canvas)),
      label: this.describe("shares of saturated values"),
      domain: [0, 1],
      rules: [0, 1],
      marks: null,
      height: STRIP_HEIGHT,
    });
  }

  private hostOf(selector: string): HTMLElement {
    return this.renderRoot.querySelector(selector) as HTMLElement;
  }

  private describe(what: string): string {
    const labels = this.shown.map(({ label }) => label).join(" and ");
    return `${signalLabel(this.signal.name)}: ${what} over ${this.total} timesteps, ${labels}`;
  }

  private dropPlots(): void {
    this.bands.destroy();
    this.shares.destroy();
  }
}

function parted(drawn: readonly Drawn[]): Pick<PlotInput, "curves" | "heights"> {
  return { curves: drawn.map(({ curve }) => curve), heights: drawn.map(({ heights }) => heights) };
}

customElements.define("rnn-overview-chart", OverviewChart);
