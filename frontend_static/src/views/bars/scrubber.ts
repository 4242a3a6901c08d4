/** The training axis: a tick per captured step, the loss above them, and the player. */
import { html, LitElement, nothing, type PropertyValues, svg } from "lit";
import type { RunInfo } from "../../api/types.ts";
import { linearAxis, stepAxis, type XAxis } from "../../charts/axes.ts";
import { type Chart, OTHER } from "../../charts/chart.ts";
import { extentOf } from "../../charts/curves.ts";
import "../../charts/line_chart.ts";
import { formatValue, unitPlural } from "../../maths/format.ts";
import { brokenStretches, type Loss, lossOf } from "../../maths/training.ts";
import { send } from "../events.ts";
import { base } from "../theme.ts";
import { followDrag } from "../time/gestures.ts";
import { pickerStyles, renderSwitch } from "./pickers.ts";
import { HEIGHT, scrubberStyles } from "./scrubber_styles.ts";

const RAIL = 44;
const RATES = [1, 2, 4, 8, 12, 20];

export class Scrubber extends LitElement {
  static override properties = {
    run: { attribute: false },
    /** The selected step: the thumb. */
    step: { attribute: false },
    /** The step on the screen: the label. */
    shown: { attribute: false },
    loading: { type: Boolean },
    playing: { type: Boolean },
    rate: { type: Number },
    /** B's own step, when it has one. */
    other: { attribute: false },
    follow: { type: Boolean },
    width: { state: true },
  };

  static override styles = [base, pickerStyles, scrubberStyles];

  declare run: RunInfo;
  declare step: number | null;
  declare shown: number | null;
  declare loading: boolean;
  declare playing: boolean;
  declare rate: number;
  declare other: number | null;
  declare follow: boolean;
  declare private width: number;
  // Computed only for another run or width: playing redraws the rest of the rail at each step.
  private axis!: XAxis;
  private ticks = "";
  private loss: Loss | null = null;
  private chart: Chart | null = null;
  /** The step under the pointer while an earlier one is still loading. */
  private pending: number | null = null;
  private readonly observer = new ResizeObserver(([entry]) => {
    if (entry && entry.contentRect.width > 0) this.width = Math.floor(entry.contentRect.width);
  });

  constructor() {
    super();
    this.width = 0;
    this.rate = 8;
    this.other = null;
  }

  protected override willUpdate(changed: PropertyValues): void {
    if (!changed.has("run") && !changed.has("width")) return;
    const { steps } = this.run;
    const axis = stepAxis(steps, this.width);
    this.axis = axis;
    this.ticks = steps
      .map((step) => `M${(Math.round(axis.x(step)) + 0.5).toFixed(1)} ${RAIL - 3}v6`)
      .join("");
    this.loss = lossOf(this.run);
    this.chart = this.lossChart();
  }

  protected override firstUpdated(): void {
    this.observer.observe(this.renderRoot.querySelector(".rail") as Element);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.observer.disconnect();
  }

  protected override updated(): void {
    if (this.pending === null || this.loading) return;
    const step = this.pending;
    this.pending = null;
    if (step !== this.step) send(this, "step-change", step);
  }

  private label(step: number | null): string {
    return step === null ? `no ${this.run.unit}` : `${this.run.unit} ${step}`;
  }

  override render() {
    const few = this.run.steps.length < 2;
    return html`
      <div class="now">
        <button
          class="play"
          ?disabled=${few}
          aria-label=${this.playing ? "Pause" : "Play"}
          title="${this.playing ? "Pause" : "Play"} (Space)"
          @click=${() => send(this, "play-toggle", null)}
        >
          <svg viewBox="0 0 14 14" aria-hidden="true">
            ${this.playing ? svg`<path d="M2.5 1h3v12h-3zM8.5 1h3v12h-3z" />` : svg`<path d="M3 1l10 6-10 6z" />`}
          </svg>
        </button>
        <div class="where">
          <b>${this.label(this.shown)}</b>
          <span>${this.renderUnder()}</span>
        </div>
      </div>
      ${this.renderRail()}
      <div class="end">
        ${few ? nothing : this.renderRate()}
        ${renderSwitch("Follow", this.follow, `Show the newest ${this.run.unit} as it comes (l)`, () => send(this, "follow-toggle", null))}
      </div>
    `;
  }

  private renderUnder() {
    if (this.loading && this.shown !== this.step) return `loading ${this.step ?? ""}…`;
    const { steps, unit } = this.run;
    const at = steps.indexOf(this.shown ?? Number.NaN);
    const value = this.loss?.values[at] ?? null;
    if (this.loss === null || value === null) return `of ${steps.at(-1) ?? 0}`;
    const text = `${this.loss.name} ${formatValue(value)}`;
    if (Number.isFinite(value)) return text;
    const [first] = brokenStretches(this.loss.values).find(([from, to]) => from <= at && at <= to) ?? [at];
    const since = steps[first];
    const title = `${text} since ${unit} ${since}`;
    return html`<strong title=${title}>${text}${first === at ? nothing : ` since ${since}`}</strong>`;
  }

  private lossChart(): Chart | null {
    const { steps } = this.run;
    const extent = this.loss && extentOf(this.loss.values);
    if (this.loss === null || extent === null) return null;
    const { name, values: heights } = this.loss;
    return {
      label: name,
      x: { ...this.axis, ends: null },
      left: { ...linearAxis(extent, [RAIL - 10, 6]), labelled: [], ticks: [] },
      height: HEIGHT,
      gutter: { left: 0, right: 0 },
      curves: [{ ...OTHER, name, width: 1.5, xs: steps, heights }],
    };
  }

  private renderRail() {
    const { steps, unit } = this.run;
    const { width, axis } = this;
    const x = this.step === null ? null : axis.x(this.step);
    // Ticks that are closer than their own width look like a bar: then they are paler.
    const dense = steps.length > width / 4;
    return html`<div
      class="rail"
      role="slider"
      tabindex="0"
      aria-label="Captured ${unit}"
      aria-valuemin=${steps[0] ?? 0}
      aria-valuemax=${steps.at(-1) ?? 0}
      aria-valuenow=${this.step ?? 0}
      aria-valuetext=${this.label(this.step)}
      @pointerdown=${this.onPointerDown}
    >
      ${this.chart === null ? nothing : html`<rnn-line-chart aria-hidden="true" .chart=${this.chart}></rnn-line-chart>`}
      <svg width=${width} height=${HEIGHT} aria-hidden="true">
        <title>${this.loss?.name ?? ""}</title>
        ${svg`<path class="line" d="M0 ${RAIL + 0.5}H${width}" /><path class="ticks ${dense ? "dense" : ""}" d=${this.ticks} />`}
        ${this.renderBroken()}
        ${this.renderOther()}
        ${
          x === null
            ? nothing
            : svg`<path class="stem" d="M${x.toFixed(1)} 4V${RAIL}" />
                  <circle class="thumb" cx=${x.toFixed(1)} cy=${RAIL + 0.5} r="7" />`
        }
      </svg>
    </div>`;
  }

  /** Where the loss is no number, from which step on. */
  private renderBroken() {
    const { loss, axis, width } = this;
    const { steps } = this.run;
    return brokenStretches(loss?.values ?? []).map(([first, last]) => {
      const [left, right] = [first, last].map((i) => axis.x(steps[i] as number)) as [number, number];
      const text = formatValue(loss?.values[first] ?? Number.NaN);
      // At the right edge there is room only at the other side.
      const fits = left < width - 40;
      return svg`<path class="broken" d="M${left.toFixed(1)} 6V${RAIL}M${(left - 3).toFixed(1)} ${RAIL + 0.5}H${(right + 3).toFixed(1)}" />
        <text class="broken" x=${(left + (fits ? 5 : -5)).toFixed(1)} y="15" text-anchor=${fits ? "start" : "end"}>${text}</text>`;
    });
  }

  private renderOther() {
    if (this.other === null) return nothing;
    const x = this.axis.x(this.other).toFixed(1);
    return svg`<path class="stem other" d="M${x} 14V${RAIL}" /><circle class="thumb other" cx=${x} cy=${RAIL + 0.5} r="7" />
      <text class="letter" x=${x} y="11">B</text>`;
  }

  private renderRate() {
    const unit = unitPlural(this.run.unit);
    return html`<select
      class="rate"
      aria-label="Speed of playing"
      @change=${(event: Event) => send(this, "rate-change", Number((event.target as HTMLSelectElement).value))}
    >
      ${RATES.map((rate) => html`<option value=${rate} ?selected=${rate === this.rate}>${rate} ${unit}/s</option>`)}
    </select>`;
  }

  private onPointerDown(event: PointerEvent): void {
    if (event.button !== 0) return;
    const rail = event.currentTarget as HTMLElement;
    const left = rail.getBoundingClientRect().left;
    const { axis } = this;
    const stepUnder = (clientX: number) => axis.at(clientX - left);
    // With Shift, or from its own thumb, the mouse moves B.
    const onOther =
      this.other !== null &&
      (event.shiftKey || (stepUnder(event.clientX) === this.other && this.other !== this.step));
    const go = (clientX: number) =>
      onOther ? this.requestOther(stepUnder(clientX)) : this.request(stepUnder(clientX));
    go(event.clientX);
    followDrag(
      rail,
      event,
      (dx) => go(event.clientX + dx),
      () => {
        const last = this.pending;
        this.pending = null;
        if (last !== null) send(this, "step-change", last);
      },
    );
  }

  private requestOther(step: number | null): void {
    if (step !== null && step !== this.other) send(this, "other-step-change", step);
  }

  /** While a picture loads, only the newest step waits, so that each step that is requested also shows. */
  private request(step: number | null): void {
    if (step === null || step === this.step) {
      this.pending = null;
    } else if (this.loading) {
      this.pending = step;
    } else {
      send(this, "step-change", step);
    }
  }
}

customElements.define("rnn-scrubber", Scrubber);
