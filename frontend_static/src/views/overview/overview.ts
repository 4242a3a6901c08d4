/** The overview, which needs no trace: each signal's statistics over time, from the event file. */
import { html, LitElement } from "lit";
import type { LayerInfo, SignalInfo, StepUnit } from "../../api/types.ts";
import type { Theme } from "../../maths/colours.ts";
import { formatCount } from "../../maths/format.ts";
import { timestepAt } from "../../maths/hit.ts";
import { LANE_GAP, minSpan, plotRoom, plotWidth } from "../../maths/layout.ts";
import { type TimeWindow, visibleWindow } from "../../maths/window.ts";
import type { OverviewEntry } from "../../state/overviews.ts";
import { clearCanvas } from "../canvas.ts";
import { send } from "../events.ts";
import { base } from "../theme.ts";
import { Box } from "../time/box.ts";
import { drawAxis, INDEX_HEIGHT } from "../time/draw_axis.ts";
import { type Axis, renderCrosshair, renderRange, renderSurface } from "../time/frame.ts";
import { TimePointer } from "../time/pointer.ts";
import { timeStyles } from "../time/styles.ts";
import "./chart.ts";
import { domainOf, missingOf, overlaySteps, shownOf } from "./entries.ts";
import { renderLegend } from "./legend.ts";
import { overviewStyles } from "./styles.ts";

/** Room below the last chart. */
const END = 12;
/** A chart with the numbers of one entry beside it, and what each further entry adds. */
const MIN_HEIGHT = 96;
const PER_ENTRY = 30;
const MAX_HEIGHT = 240;

export class Overview extends LitElement {
  static override properties = {
    layer: { attribute: false },
    entries: { attribute: false },
    overlay: { attribute: false },
    window: { attribute: false },
    cursor: { attribute: false },
    theme: { attribute: false },
    unit: { attribute: false },
    over: { attribute: false },
    head: { state: true },
    seen: { state: true },
  };

  static override styles = [base, timeStyles, overviewStyles];

  declare layer: LayerInfo;
  /** A, and B when two are compared. */
  declare entries: readonly OverviewEntry[];
  /** How many other steps of A are drawn as thin medians. */
  declare overlay: number;
  /** As selected; null is all of time. */
  declare window: TimeWindow | null;
  /** The timestep under the crosshair. */
  declare cursor: number | null;
  declare theme: Theme;
  declare unit: StepUnit;
  /** What the statistics of A are over: "all 6 samples". */
  declare over: string;
  /** The height of what stays above the charts. */
  declare private head: number;
  declare private seen: boolean;
  /** The height of the legend, which belongs to no plot. */
  private legend = 0;
  private observer: IntersectionObserver | null = null;
  private readonly box = new Box(this);
  private readonly pointer = new TimePointer<number>(
    () => ({
      ...this.axis,
      scroller: this.renderRoot.querySelector(".scroll") as HTMLElement,
      minSpan: this.minSpan,
      placeAt: (window, x, y) =>
        y < this.legend ? null : timestepAt(x, window, this.plotWidth, this.layer.timesteps),
    }),
    {
      hover: (timestep) => {
        if (timestep !== this.cursor) send<number | null>(this, "cursor-change", timestep);
      },
      zoom: (window) => send<TimeWindow | null>(this, "window-change", window),
    },
  );

  constructor() {
    super();
    this.entries = [];
    this.overlay = 0;
    this.window = null;
    this.cursor = null;
    this.unit = "epoch";
    this.over = "all samples";
    this.head = 0;
    this.seen = false;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    // TensorBoard hides a tab with `display: none`, which no ResizeObserver inside the iframe notices.
    this.observer = new IntersectionObserver((entries) => {
      this.seen = entries.at(-1)?.isIntersecting ?? this.seen;
    });
    this.observer.observe(this);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.observer?.disconnect();
  }

  get total(): number {
    return this.layer.timesteps;
  }

  get plotWidth(): number {
    return Math.floor(plotWidth(plotRoom(this.box.width), this.total));
  }

  get minSpan(): number {
    return minSpan(this.plotWidth);
  }

  /** What of time is in view. */
  get visible(): TimeWindow {
    return visibleWindow(this.window, this.total, this.minSpan);
  }

  private get axis(): Axis {
    return { window: this.visible, total: this.total, width: this.plotWidth };
  }

  private get chartHeight(): number {
    const { signals } = this.layer;
    const share = (this.box.height - this.head - END + LANE_GAP) / Math.max(1, signals.length) - LANE_GAP;
    const least = MIN_HEIGHT + PER_ENTRY * (Math.max(1, this.entries.length) - 1);
    return Math.min(MAX_HEIGHT, Math.max(least, Math.floor(share)));
  }

  protected override shouldUpdate(): boolean {
    return this.seen && !this.box.isEmpty;
  }

  override render() {
    const { axis, pointer } = this;
    return renderSurface(
      "Overview",
      pointer,
      html`
        <div class="sticky">
          ${this.renderLegend()}
          <div class="line axis" style="height: ${INDEX_HEIGHT}px">
            <div class="axis-name">${this.layer.position}</div>
            <canvas aria-hidden="true"></canvas>
          </div>
          ${renderRange(axis, pointer.onThumbDown)}
        </div>
        <div class="charts">
          ${this.layer.signals.map((signal) => this.renderChart(signal))} ${renderCrosshair(axis, this.cursor)}
        </div>
      `,
    );
  }

  protected override updated(): void {
    const { axis, cursor, theme } = this;
    const find = <E extends HTMLElement>(selector: string) => this.renderRoot.querySelector(selector) as E;
    const pen = clearCanvas(find<HTMLCanvasElement>(".axis canvas"), axis.width, INDEX_HEIGHT);
    drawAxis(pen, { ...axis, tokens: null, found: [], theme, cursor });
    // The legend's height depends on where its lines break.
    this.legend = find(".legend").offsetHeight;
    this.head = find(".sticky").offsetHeight;
  }

  private renderLegend() {
    const { entries, unit, theme, overlay, layer, visible } = this;
    const { cell, units, signals } = layer;
    const pixels = this.plotWidth * this.box.ratio;
    return html`<div class="line legend">
      <div class="cell">${cell}, ${formatCount(units)} unit${units === 1 ? "" : "s"}</div>
      ${renderLegend({
        entries,
        unit,
        theme,
        overlay,
        overlaid: overlaySteps(entries[0], overlay),
        signals,
        over: this.over,
        perPixel: Math.ceil((visible.to - visible.from) / pixels),
        width: plotRoom(this.box.width),
        onOverlay: (count) => send<number>(this, "overlay-change", count),
      })}
    </div>`;
  }

  private renderChart(signal: SignalInfo) {
    const { entries } = this;
    const shown = shownOf(entries, signal.name);
    return html`<rnn-overview-chart
      data-signal=${signal.name}
      style="height: ${this.chartHeight}px"
      .signal=${signal}
      .shown=${shown}
      .waiting=${entries[0]?.signals.has(signal.name) !== true}
      .missing=${missingOf(entries, signal.name)}
      .overlaid=${overlaySteps(entries[0], this.overlay)}
      .domain=${domainOf(signal, shown)}
      .window=${this.visible}
      .total=${this.total}
      .theme=${this.theme}
      .width=${this.plotWidth}
      .height=${this.chartHeight}
      .ratio=${this.box.ratio}
      .cursor=${this.cursor}
    ></rnn-overview-chart>`;
  }
}

customElements.define("rnn-overview", Overview);
