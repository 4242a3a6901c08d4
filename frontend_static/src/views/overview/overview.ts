/** A first look before any trace is loaded: each signal's statistics over time, from the event file. */
import { html, LitElement, nothing } from "lit";
import type { LayerInfo, SignalInfo, StepUnit } from "../../api/types.ts";
import type { Theme } from "../../maths/colours.ts";
import { formatCount } from "../../maths/format.ts";
import { xOfTime } from "../../maths/hit.ts";
import { LABEL_WIDTH, LANE_GAP, minSpan, plotWidth, SIDE } from "../../maths/layout.ts";
import { clampWindow, fullWindow, isFull, type TimeWindow } from "../../maths/window.ts";
import { watchPixelRatio } from "../canvas.ts";
import { type AxisInput, paintAxis, renderAxis } from "./axis.ts";
import "./chart.ts";
import type { OverviewEntry } from "../../state/overviews.ts";
import { base } from "../theme.ts";
import { timelineStyles } from "../timeline/timeline_styles.ts";
import { domainOf, missingOf, overlaySteps, shownOf } from "./entries.ts";
import { renderLegend } from "./legend.ts";
import { OverviewPointer } from "./pointer.ts";
import { overviewStyles } from "./styles.ts";

const SCROLLBAR = 15;
/** Room below the last chart. */
const END = 12;
/** A chart with the numbers of one entry beside it, and what each further entry adds. */
const LEAST_HEIGHT = 96;
const PER_ENTRY = 30;
const MOST_HEIGHT = 240;

export class Overview extends LitElement {
  static override properties = {
    layer: { attribute: false },
    entries: { attribute: false },
    overlay: { attribute: false },
    window: { attribute: false },
    cursor: { attribute: false },
    theme: { attribute: false },
    unit: { attribute: false },
    size: { state: true },
    head: { state: true },
    ratio: { state: true },
    seen: { state: true },
  };

  static override styles = [base, timelineStyles, overviewStyles];

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
  declare private size: { width: number; height: number };
  /** Height of what stays above the charts. */
  declare private head: number;
  declare private ratio: number;
  declare private seen: boolean;
  private cleanUp: (() => void)[] = [];
  private readonly pointer = new OverviewPointer(
    () => ({
      scroller: this.renderRoot.querySelector(".scroll") as HTMLElement,
      window: this.visible,
      width: this.plotWidth,
      total: this.total,
      minSpan: this.minSpan,
    }),
    {
      point: (timestep) => {
        if (timestep !== this.cursor) this.send<number | null>("cursor-change", timestep);
      },
      zoom: (window) =>
        this.send<TimeWindow | null>(
          "window-change",
          window !== null && isFull(window, this.total) ? null : window,
        ),
    },
  );

  constructor() {
    super();
    this.entries = [];
    this.overlay = 0;
    this.window = null;
    this.cursor = null;
    this.unit = "epoch";
    this.size = { width: 0, height: 0 };
    this.head = 0;
    this.ratio = window.devicePixelRatio;
    this.seen = false;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    const sized = new ResizeObserver(([entry]) => {
      const box = entry?.contentRect;
      if (box && box.width > 0 && box.height > 0) this.size = { width: box.width, height: box.height };
    });
    sized.observe(this);
    // TensorBoard hides a tab with `display: none`, which no ResizeObserver inside the iframe hears of.
    const seen = new IntersectionObserver((entries) => {
      this.seen = entries.at(-1)?.isIntersecting ?? this.seen;
    });
    seen.observe(this);
    this.cleanUp = [
      () => sized.disconnect(),
      () => seen.disconnect(),
      watchPixelRatio(() => {
        this.ratio = window.devicePixelRatio;
      }),
    ];
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    for (const undo of this.cleanUp) undo();
  }

  get total(): number {
    return this.layer.timesteps;
  }

  get plotWidth(): number {
    return Math.floor(plotWidth(this.size.width - 2 * SIDE - LABEL_WIDTH - SCROLLBAR, this.total));
  }

  get minSpan(): number {
    return minSpan(this.plotWidth);
  }

  /** What of time is in view. */
  get visible(): TimeWindow {
    return clampWindow(this.window ?? fullWindow(this.total), this.total, this.minSpan);
  }

  private get axis(): AxisInput {
    return { window: this.visible, total: this.total, width: this.plotWidth };
  }

  private get chartHeight(): number {
    const { signals } = this.layer;
    const share = (this.size.height - this.head - END + LANE_GAP) / Math.max(1, signals.length) - LANE_GAP;
    const least = LEAST_HEIGHT + PER_ENTRY * (Math.max(1, this.entries.length) - 1);
    return Math.min(MOST_HEIGHT, Math.max(least, Math.floor(share)));
  }

  protected override shouldUpdate(): boolean {
    return this.seen && this.size.width > 0;
  }

  override render() {
    const { pointer } = this;
    return html`
      <div
        class="scroll"
        role="group"
        aria-label="Overview"
        @pointermove=${pointer.onMove}
        @pointerleave=${pointer.onLeave}
        @pointerdown=${pointer.onDown}
        @dblclick=${pointer.onDoubleClick}
        @wheel=${{ handleEvent: pointer.onWheel, passive: false }}
      >
        <div class="content">
          <div class="sticky">${this.renderLegend()} ${renderAxis(this.axis, pointer.onThumbDown)}</div>
          <div class="charts">
            ${this.layer.signals.map((signal) => this.renderChart(signal))} ${this.renderCrosshair()}
          </div>
        </div>
      </div>
    `;
  }

  protected override updated(): void {
    paintAxis(this.renderRoot, this.axis, this.cursor, this.theme);
    // The legend's lines break as the page's width wants.
    this.head = (this.renderRoot.querySelector(".sticky") as HTMLElement).offsetHeight;
  }

  private renderLegend() {
    const { entries, unit, theme, overlay, layer, visible } = this;
    const { cell, units, signals } = layer;
    const pixels = this.plotWidth * this.ratio;
    return html`<div class="line legend">
      <div class="cell">${cell}, ${formatCount(units)} unit${units === 1 ? "" : "s"}</div>
      ${renderLegend({
        entries,
        unit,
        theme,
        overlay,
        overlaid: overlaySteps(entries[0], overlay),
        shares: signals.some(({ range }) => range !== null),
        perPixel: Math.ceil((visible.to - visible.from) / pixels),
        width: this.size.width - 2 * SIDE - LABEL_WIDTH - SCROLLBAR,
        onOverlay: (count) => this.send<number>("overlay-change", count),
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
      .ratio=${this.ratio}
      .cursor=${this.cursor}
    ></rnn-overview-chart>`;
  }

  private renderCrosshair() {
    const { cursor, visible, plotWidth: width } = this;
    const x = cursor === null ? -1 : xOfTime(cursor + 0.5, visible, width);
    if (x < 0 || x > width) return nothing;
    return html`<div class="crosshair" style="left: ${LABEL_WIDTH + Math.round(x)}px"></div>`;
  }

  private send<T>(name: string, detail: T): void {
    this.dispatchEvent(new CustomEvent<T>(name, { detail }));
  }
}

customElements.define("rnn-overview", Overview);
