/** The time axis, the tracks and one lane per signal, in one pane or two, under one crosshair. */
import { html, LitElement, nothing, type PropertyValues } from "lit";
import { type Brush, brushBetween } from "../../maths/brush.ts";
import type { Theme } from "../../maths/colours.ts";
import type { Cell } from "../../maths/hit.ts";
import { type Place, placeAt } from "../../maths/stage.ts";
import { arrange } from "../../maths/units.ts";
import type { TimeWindow } from "../../maths/window.ts";
import type { Evolved } from "../../panels/unit/queries.ts";
import type { Match } from "../../state/finder.ts";
import { type Colours, evolutionLane, type Lane, lanesOf } from "../../state/lanes.ts";
import type { View } from "../../state/view.ts";
import { send } from "../events.ts";
import { base } from "../theme.ts";
import { Box } from "../time/box.ts";
import { renderBand, renderCrosshair, renderRange, renderSurface } from "../time/frame.ts";
import { TimePointer } from "../time/pointer.ts";
import { RANGE_HEIGHT, timeStyles } from "../time/styles.ts";
import { type Cursor, cursorAt, sameCursor } from "./cursor.ts";
import "./lane.ts";
import {
  axisHeight,
  paintAxes,
  paintTracks,
  panesOf,
  renderHeads,
  renderTracks,
  type TrackRow,
  trackRows,
} from "./head.ts";
import { renderReadout } from "./readout.ts";
import { READOUT_HEIGHT, TimelineLayout } from "./timeline_layout.ts";
import { timelineStyles } from "./timeline_styles.ts";

const ARRANGED = ["view", "pinned", "only", "colours", "evolution"] as const;

function sameColours(a: Colours, b: Colours | undefined): boolean {
  return a.contrast === b?.contrast && a.extremes === b.extremes;
}

/** The cell that a click on a heatmap picks, or null to let go of it. */
export interface Picked {
  readonly pin: Cell | null;
  readonly signal: string;
}

export class Timeline extends LitElement {
  static override properties = {
    view: { attribute: false },
    wanted: { attribute: false },
    pin: { attribute: false },
    pinned: { attribute: false },
    only: { attribute: false },
    colours: { attribute: false, hasChanged: (a: Colours, b?: Colours) => !sameColours(a, b) },
    evolution: { attribute: false },
    found: { attribute: false },
    brush: { attribute: false },
    theme: { attribute: false },
    hover: { state: true },
  };

  static override styles = [base, timeStyles, timelineStyles];

  declare view: View;
  /** The window as selected; null is all of time. */
  declare wanted: TimeWindow | null;
  declare pin: Cell | null;
  declare pinned: readonly number[];
  declare only: boolean;
  declare colours: Colours;
  /** The picked unit at every step, if the inspector is open. */
  declare evolution: Evolved | null;
  /** The matches of the search. */
  declare found: readonly Match[];
  /** The brushed stretch, of any sample. */
  declare brush: Brush | null;
  declare theme: Theme;
  declare private hover: Cursor | null;
  private lanes: readonly Lane[] = [];
  private tracks: readonly TrackRow[] = [];
  private order: Uint32Array = new Uint32Array();
  private laid: TimelineLayout | null = null;
  private readonly box = new Box(this);
  private readonly pointer = new TimePointer<Place>(
    () => {
      const scroller = this.renderRoot.querySelector(".scroll") as HTMLElement;
      const { minSpan, window, width, total } = this.layout;
      const stage = this.layout.stage(scroller.scrollTop);
      const at = (drawn: TimeWindow, x: number, y: number) => placeAt({ ...stage, window: drawn }, x, y);
      return { scroller, window, width, total, minSpan, placeAt: at };
    },
    {
      hover: (place) => this.onHover(place),
      click: (place) => this.onClick(place),
      brush: (from, to) => this.onBrush(from, to),
      zoom: (window) => send(this, "window-change", window),
    },
  );

  constructor() {
    super();
    this.hover = null;
    this.evolution = null;
    this.found = [];
    this.brush = null;
  }

  /** The layout as painted; made once for each change. */
  get layout(): TimelineLayout {
    const { view, lanes, tracks, wanted } = this;
    this.laid ??= new TimelineLayout({ view, lanes, tracks, wanted }, this.box);
    return this.laid;
  }

  /** The units in the order of the rows, for the keyboard. */
  get rows(): Uint32Array {
    return this.order;
  }

  private get cursor(): Cursor | null {
    return this.hover ?? (this.pin && { ...this.pin, step: null });
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("view")) this.tracks = trackRows(this.view);
    if (ARRANGED.some((name) => changed.has(name))) {
      this.arrangeLanes(changed);
    }
    const onlyHovers = changed.size === 1 && (changed as PropertyValues).has("hover");
    if (!onlyHovers) this.laid = null;
    const hover = this.hover;
    const units = Math.max(...panesOf(this.view).map((side) => side?.layer.units ?? 0));
    if (hover && (hover.timestep >= this.layout.total || (hover.unit ?? 0) >= units)) this.hover = null;
  }

  private arrangeLanes(changed: PropertyValues<this>): void {
    const { view, pinned, only, evolution } = this;
    const before = changed.get("view") as View | undefined;
    // The same array for the same order, so that nothing is painted anew for it.
    if (changed.has("pinned") || changed.has("only") || before?.order !== view.order) {
      this.order = arrange(view.order, pinned, only);
    }
    const lanes = lanesOf(view, this.order, this.colours);
    const signal = view.a.layer.signals.find(({ name }) => name === evolution?.key.signal);
    const own =
      evolution && signal ? [evolutionLane(signal, evolution, panesOf(view).length, this.colours)] : [];
    this.lanes = [...own, ...lanes];
  }

  override render() {
    if (this.box.isEmpty) return nothing;
    const { pointer, layout, pin, hover } = this;
    const { panes, axisTop, axisEnd, tracksStick } = layout;
    const brushed = this.brush?.sample === this.view.a.trace.key.sample ? this.brush : null;
    const top = axisEnd - RANGE_HEIGHT;
    const tracks = renderTracks(this.tracks, this.cursor?.timestep ?? null, this.theme);
    return renderSurface(
      "Timeline",
      pointer,
      html`
        <div class="sticky">
          ${renderReadout(this.view, this.cursor, READOUT_HEIGHT)} ${renderHeads(this.view, layout.width)}
          ${this.renderAxis()} ${renderRange(layout, pointer.onThumbDown)} ${tracksStick ? tracks : nothing}
          ${renderBand(layout, brushed, { panes, top: axisTop })}
        </div>
        ${tracksStick ? nothing : tracks}
        <div class="lanes">${this.lanes.map((lane) => this.renderLane(lane, layout))}</div>
        ${renderBand(layout, brushed, { panes, top: layout.stage(0).sticky })}
        ${renderCrosshair(layout, pin?.timestep ?? null, { panes, top, name: "crosshair pin" })}
        ${renderCrosshair(layout, hover?.timestep ?? null, { panes, top })}
      `,
    );
  }

  protected override updated(): void {
    if (this.box.isEmpty) return;
    const { window, width } = this.layout;
    const drawing = { window, width, theme: this.theme };
    const axes = this.renderRoot.querySelectorAll<HTMLCanvasElement>(".axis canvas");
    paintAxes(axes, this.view, this.cursor?.timestep ?? null, this.found, drawing);
    paintTracks(this.renderRoot.querySelectorAll<HTMLElement>(".track"), this.tracks, drawing);
  }

  private renderAxis() {
    return html`<div class="line axis" style="height: ${axisHeight(this.view)}px">
      <div class="axis-name">${this.view.a.layer.position}</div>
      <div class="panes">${panesOf(this.view).map(() => html`<canvas aria-hidden="true"></canvas>`)}</div>
    </div>`;
  }

  private renderLane(lane: Lane, { lane: layout, window, width }: TimelineLayout) {
    const isSteps = lane.rows === "steps";
    const now =
      isSteps && this.evolution ? this.evolution.data.steps.indexOf(this.view.a.trace.key.step) : null;
    return html`<rnn-lane
      data-signal=${isSteps ? "evolution" : lane.signal}
      style="height: ${layout.lane}px"
      .lane=${lane}
      .window=${window}
      .theme=${this.theme}
      .width=${width}
      .layout=${layout}
      .ratio=${this.box.ratio}
      .cursor=${this.cursor}
      .pinned=${this.pin?.unit ?? null}
      .now=${now}
    ></rnn-lane>`;
  }

  private onHover(place: Place | null): void {
    const next = place && cursorAt(place, this.lanes);
    if (!sameCursor(next, this.hover)) this.hover = next;
  }

  /** B may be longer than A, whose timesteps these are. */
  private onBrush(from: number, to: number): void {
    const { trace, layer } = this.view.a;
    const last = layer.timesteps - 1;
    const next = brushBetween(trace.key.sample, Math.min(from, last), Math.min(to, last));
    if (next.start !== this.brush?.start || next.end !== this.brush.end || next.sample !== this.brush.sample)
      send(this, "brush-change", next);
  }

  private onClick(place: Place): void {
    const { timestep, unit, step } = cursorAt(place, this.lanes);
    const lane = this.lanes[place.lane ?? -1];
    if (lane === undefined) return;
    if (step !== null && this.evolution) {
      send<Picked>(this, "pick", { pin: { timestep, unit: this.evolution.key.unit }, signal: lane.signal });
      send<number>(this, "step-change", this.evolution.data.steps[step] as number);
    } else if (unit !== null) {
      // A click on the pinned cell lets go of it.
      const same = this.pin?.timestep === timestep && this.pin.unit === unit;
      send<Picked>(this, "pick", { pin: same ? null : { timestep, unit }, signal: lane.signal });
    }
  }
}

customElements.define("rnn-timeline", Timeline);
