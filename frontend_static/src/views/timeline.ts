/** The time axis, the annotation tracks and one lane per signal, under one crosshair. */
import { html, LitElement, nothing, type PropertyValues } from "lit";
import type { AnnotationInfo, SignalInfo } from "../api/types.ts";
import { firstUnits, identityOrder } from "../maths/binning.ts";
import type { Theme } from "../maths/colours.ts";
import { type Cell, rowAt, timeOfX, timestepAt, xOfTime } from "../maths/hit.ts";
import { LANE_GAP, laneLayout, minSpan, plotWidth } from "../maths/layout.ts";
import { clampWindow, fullWindow, isFull, pan, type TimeWindow } from "../maths/window.ts";
import { tokensOf, type View } from "../state/session.ts";
import { clearCanvas, watchPixelRatio } from "./canvas.ts";
import type { Cursor } from "./cursor.ts";
import { drawAxis, INDEX_HEIGHT, TOKEN_HEIGHT } from "./draw_axis.ts";
import { drawTrack, flagColour, TRACK_HEIGHT } from "./draw_track.ts";
import { followDrag, type Stage, wheelWindow } from "./gestures.ts";
import "./lane.ts";
import { annotationText, renderReadout } from "./readout.ts";
import { base } from "./theme.ts";
import { HEAD_END, LABEL_WIDTH, RANGE_HEIGHT, SIDE, timelineStyles } from "./timeline_styles.ts";

const READOUT_HEIGHT = 34;
/** More tracks than this would leave the lanes no room, so they scroll away with them. */
const MOST_STICKY_TRACKS = 6;

export class Timeline extends LitElement {
  static override properties = {
    view: { attribute: false },
    annotations: { attribute: false },
    wanted: { attribute: false },
    pin: { attribute: false },
    theme: { attribute: false },
    hover: { state: true },
    size: { state: true },
    ratio: { state: true },
  };

  static override styles = [base, timelineStyles];

  declare view: View;
  declare annotations: readonly AnnotationInfo[];
  /** The window as selected; null is all of time. */
  declare wanted: TimeWindow | null;
  declare pin: Cell | null;
  declare theme: Theme;
  declare private hover: Cursor | null;
  declare private size: { width: number; height: number };
  declare private ratio: number;
  private order = identityOrder(0);
  private cleanUp: (() => void)[] = [];

  constructor() {
    super();
    this.hover = null;
    this.size = { width: 0, height: 0 };
    this.ratio = window.devicePixelRatio;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    const observer = new ResizeObserver(([entry]) => {
      const box = entry?.contentRect;
      // TensorBoard hides a tab with `display: none`: then keep what is painted.
      if (box && box.width > 0 && box.height > 0) this.size = { width: box.width, height: box.height };
    });
    observer.observe(this);
    this.cleanUp = [
      () => observer.disconnect(),
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
    return this.view.layer.timesteps;
  }

  get plotWidth(): number {
    const scrollbar = 15;
    return Math.floor(plotWidth(this.size.width - 2 * SIDE - LABEL_WIDTH - scrollbar, this.total));
  }

  get minSpan(): number {
    return minSpan(this.plotWidth);
  }

  get window(): TimeWindow {
    return clampWindow(this.wanted ?? fullWindow(this.total), this.total, this.minSpan);
  }

  private get cursor(): Cursor | null {
    return this.hover ?? this.pin;
  }

  private get signals(): readonly SignalInfo[] {
    return this.view.layer.signals.filter(({ name }) => this.view.trace.signals.has(name));
  }

  /** The annotations that fit this layer's time axis. */
  private get tracks(): readonly AnnotationInfo[] {
    const values = this.view.sample?.annotations ?? {};
    return this.annotations.filter(({ name }) => values[name]?.length === this.total);
  }

  private get tracksStick(): boolean {
    return this.tracks.length <= MOST_STICKY_TRACKS;
  }

  private get axisHeight(): number {
    return INDEX_HEIGHT + (tokensOf(this.view) === null ? 0 : TOKEN_HEIGHT);
  }

  private get tracksHeight(): number {
    return this.tracks.length * TRACK_HEIGHT + HEAD_END;
  }

  private get headHeight(): number {
    return READOUT_HEIGHT + this.axisHeight + RANGE_HEIGHT + this.tracksHeight;
  }

  private get layout() {
    const available = this.size.height - this.headHeight - 12 + LANE_GAP;
    return laneLayout(available, this.signals.length, this.view.layer.units);
  }

  /** The lane of a signal that has fewer units than the layer's widest (a custom cell's) shows its own alone. */
  private orderOf(signal: SignalInfo): Uint32Array {
    return signal.units === this.order.length ? this.order : firstUnits(this.order, signal.units);
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has("view")) return;
    const { units, timesteps } = this.view.layer;
    if (this.order.length !== units) this.order = identityOrder(units);
    const hover = this.hover;
    if (hover && (hover.timestep >= timesteps || (hover.unit ?? 0) >= units)) this.hover = null;
  }

  override render() {
    if (this.size.width === 0) return nothing;
    const sticky = this.tracksStick;
    return html`
      <div
        class="scroll"
        role="group"
        aria-label="Timeline"
        @pointermove=${this.onPointerMove}
        @pointerleave=${this.onPointerLeave}
        @pointerdown=${this.onPointerDown}
        @dblclick=${this.onDoubleClick}
        @wheel=${{ handleEvent: this.onWheel, passive: false }}
      >
        <div class="content">
          <div class="sticky">
            ${renderReadout(this.view, this.cursor, READOUT_HEIGHT)} ${this.renderAxis()}
            ${this.renderRange()} ${sticky ? this.renderTracks() : nothing}
          </div>
          ${sticky ? nothing : this.renderTracks()}
          <div class="lanes">${this.signals.map((signal) => this.renderLane(signal))}</div>
          ${this.renderCrosshair(this.pin?.timestep ?? null, "crosshair pin")}
          ${this.renderCrosshair(this.hover?.timestep ?? null, "crosshair")}
        </div>
      </div>
    `;
  }

  protected override updated(): void {
    if (this.size.width === 0) return;
    this.paintAxis();
    this.paintTracks();
  }

  private renderAxis() {
    return html`<div class="line axis" style="height: ${this.axisHeight}px">
      <div class="axis-name">timestep</div>
      <canvas aria-hidden="true"></canvas>
    </div>`;
  }

  private renderRange() {
    const { window, total, plotWidth: width } = this;
    const full = isFull(window, total);
    const left = (window.from / total) * width;
    const thumb = Math.max(8, ((window.to - window.from) / total) * width);
    return html`<div class="line">
      <div></div>
      <div class="range" style="width: ${width}px">
        <div
          class="thumb"
          ?hidden=${full}
          title="Visible part of the sequence"
          style="left: ${Math.min(left, width - thumb)}px; width: ${thumb}px"
          @pointerdown=${this.onThumbDown}
        ></div>
      </div>
    </div>`;
  }

  private renderTracks() {
    const values = this.view.sample?.annotations ?? {};
    let flags = 0;
    return html`<div class="tracks">
      ${this.tracks.map(({ name, kind }) => {
        const swatch = kind === "flag" ? flagColour(flags++, this.theme) : null;
        const at = this.cursor?.timestep ?? null;
        const value = at === null ? null : annotationText(kind, values[name]?.[at]);
        return html`<div class="line track" data-flag=${swatch === null ? nothing : flags - 1}>
          <div class="name"><span title=${name}>${name}</span><b>${value}</b></div>
          <canvas role="img" aria-label=${name}></canvas>
        </div>`;
      })}
    </div>`;
  }

  private renderLane(signal: SignalInfo) {
    return html`<rnn-lane
      data-signal=${signal.name}
      style="height: ${this.layout.lane}px"
      .signal=${signal}
      .trace=${this.view.trace}
      .window=${this.window}
      .order=${this.orderOf(signal)}
      .theme=${this.theme}
      .width=${this.plotWidth}
      .layout=${this.layout}
      .ratio=${this.ratio}
      .cursor=${this.cursor}
      .pinned=${this.pin?.unit ?? null}
    ></rnn-lane>`;
  }

  private renderCrosshair(timestep: number | null, name: string) {
    const { window, plotWidth: width } = this;
    const x = timestep === null ? -1 : xOfTime(timestep + 0.5, window, width);
    if (x < 0 || x > width) return nothing;
    const top = READOUT_HEIGHT + this.axisHeight;
    return html`<div class=${name} style="left: ${LABEL_WIDTH + Math.round(x)}px; top: ${top}px"></div>`;
  }

  private paintAxis(): void {
    const canvas = this.renderRoot.querySelector<HTMLCanvasElement>(".axis canvas");
    if (canvas === null) return;
    const { window, plotWidth: width, theme } = this;
    const pen = clearCanvas(canvas, width, this.axisHeight);
    const tokens = tokensOf(this.view);
    drawAxis(pen, { tokens, window, width, theme, cursor: this.cursor?.timestep ?? null });
  }

  private paintTracks(): void {
    const { window, plotWidth: width, theme } = this;
    const tracks = this.tracks;
    const rows = this.renderRoot.querySelectorAll<HTMLElement>(".track");
    for (const [i, row] of rows.entries()) {
      const canvas = row.querySelector("canvas");
      const annotation = tracks[i];
      if (canvas === null || annotation === undefined) continue;
      const values = this.view.sample?.annotations[annotation.name] ?? [];
      const index = Number(row.dataset.flag ?? 0);
      drawTrack(clearCanvas(canvas, width, TRACK_HEIGHT), {
        kind: annotation.kind,
        values,
        index,
        window,
        width,
        theme,
      });
    }
  }

  private get scroller(): HTMLElement {
    return this.renderRoot.querySelector(".scroll") as HTMLElement;
  }

  /** What lies under the pointer, found by arithmetic: no element is asked. */
  private hit(event: MouseEvent): Cursor | null {
    const box = this.scroller.getBoundingClientRect();
    const x = event.clientX - box.left - SIDE - LABEL_WIDTH;
    const timestep = timestepAt(x, this.window, this.plotWidth, this.total);
    if (timestep === null) return null;
    const inView = event.clientY - box.top;
    const head = this.tracksStick ? this.headHeight : this.headHeight - this.tracksHeight;
    if (inView < READOUT_HEIGHT) return null;
    if (inView < head) return { timestep, unit: null };
    const y = inView + this.scroller.scrollTop - this.headHeight;
    const { lane, heatmap } = this.layout;
    const index = Math.floor(y / (lane + LANE_GAP));
    if (index < 0) return { timestep, unit: null };
    const signal = this.signals[index];
    if (signal === undefined) return null;
    const order = this.orderOf(signal);
    const row = rowAt(y - index * (lane + LANE_GAP), heatmap, order.length);
    return { timestep, unit: row === null ? null : (order[row] ?? null) };
  }

  private onPointerMove(event: PointerEvent): void {
    if (event.buttons !== 0) return;
    const next = this.hit(event);
    if (next?.timestep === this.hover?.timestep && next?.unit === this.hover?.unit) return;
    this.hover = next;
  }

  private onPointerLeave(): void {
    this.hover = null;
  }

  private onPointerDown(event: PointerEvent): void {
    const cursor = this.hit(event);
    if (event.button !== 0 || cursor === null) return;
    const start = this.window;
    const perPixel = (start.to - start.from) / this.plotWidth;
    followDrag(
      this.scroller,
      event,
      (dx) => {
        this.hover = null;
        this.sendWindow(pan(start, -dx * perPixel, this.total));
      },
      (clicked) => {
        if (clicked && cursor.unit !== null) this.sendPin(cursor.timestep, cursor.unit);
      },
    );
  }

  private onThumbDown(event: PointerEvent): void {
    event.stopPropagation();
    const start = this.window;
    const perPixel = this.total / this.plotWidth;
    followDrag(
      event.currentTarget as HTMLElement,
      event,
      (dx) => this.sendWindow(pan(start, dx * perPixel, this.total)),
      () => undefined,
    );
  }

  private onDoubleClick(event: MouseEvent): void {
    if (this.hit(event) !== null) this.sendWindow(null);
  }

  private onWheel = (event: WheelEvent): void => {
    const box = this.scroller.getBoundingClientRect();
    const x = event.clientX - box.left - SIDE - LABEL_WIDTH;
    if (x < 0 || x > this.plotWidth) return;
    const stage: Stage = {
      window: this.window,
      width: this.plotWidth,
      total: this.total,
      minSpan: this.minSpan,
      scrolls: this.scroller.scrollHeight > this.scroller.clientHeight,
    };
    const next = wheelWindow(event, timeOfX(x, stage.window, stage.width), stage);
    if (next === null) return;
    event.preventDefault();
    this.sendWindow(next);
    this.hover = this.hit(event);
  };

  private sendWindow(window: TimeWindow | null): void {
    const detail = window !== null && isFull(window, this.total) ? null : window;
    this.dispatchEvent(new CustomEvent<TimeWindow | null>("window-change", { detail }));
  }

  /** A click on the pinned cell lets go of it. */
  private sendPin(timestep: number, unit: number): void {
    const same = this.pin?.timestep === timestep && this.pin.unit === unit;
    const detail = same ? null : { timestep, unit };
    this.dispatchEvent(new CustomEvent<Cell | null>("pin-change", { detail }));
  }
}

customElements.define("rnn-timeline", Timeline);
