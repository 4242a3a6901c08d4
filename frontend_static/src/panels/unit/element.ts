/** The picked unit in training: its value at all steps, and which units changed, when, and by how much. */
import { html, nothing } from "lit";
import { guard } from "lit/directives/guard.js";
import { valueAt } from "../../api/trace.ts";
import type { SignalInfo } from "../../api/types.ts";
import { linearAxis, stepAxis } from "../../charts/axes.ts";
import { type Chart, MAIN, OTHER } from "../../charts/chart.ts";
import { extentOf } from "../../charts/curves.ts";
import "../../charts/line_chart.ts";
import { formatValue, unitPlural } from "../../maths/format.ts";
import { isMasked } from "../../maths/mask.ts";
import { unitScores } from "../../maths/order.ts";
import { signalScale } from "../../maths/scale.ts";
import { lossOf } from "../../maths/training.ts";
import { whyUnrelated } from "../../state/correspondence.ts";
import { pickerStyles, renderPicker } from "../../views/bars/pickers.ts";
import { select } from "../../views/events.ts";
import { base } from "../../views/theme.ts";
import { renderLeftOut } from "../shared/left_out.ts";
import { PanelElement } from "../shared/page.ts";
import { labelOf, signalOptions } from "../shared/signals.ts";
import { CHART_HEIGHT, CHART_WIDTH, panelStyles } from "../shared/styles.ts";
import { rankChanges, type UnitChange } from "./changes.ts";
import { type Change, changeQuery, type Evolved, evolutionQuery } from "./queries.ts";
import { renderSpark } from "./spark.ts";

const MAX_ROWS = 40;
const PLACES = [CHART_HEIGHT - 8, 8] as const;
/** The value's axis is at the left, the loss's at the right. */
const GUTTER = { left: 44, right: 40 };

export default class UnitPanel extends PanelElement {
  static override properties = { ...PanelElement.properties, hovered: { state: true } };

  static override styles = [base, pickerStyles, panelStyles];

  /** The step under the mouse in the chart. */
  declare private hovered: number | null;

  constructor() {
    super();
    this.hovered = null;
  }

  override render() {
    const { answers, selection, view } = this;
    const [evolution, change] = [
      answers.answer(evolutionQuery(selection)),
      answers.answer(changeQuery(selection)),
    ];
    const fault = evolution.fault ?? change.fault;
    const unreadable = (change.data ?? evolution.data?.data)?.unreadable ?? [];
    return html`
      ${renderPicker("Signal", "signal", signalOptions(view.a.layer), selection.signal ?? "", (signal) => select(this, { signal }))}
      ${fault === null ? nothing : html`<p class="fault" role="alert">${fault}</p>`}
      ${renderLeftOut(view.a.run.unit, unreadable)}
      <section aria-label="Over training">${this.renderUnit(evolution.data, fault)}</section>
      <section aria-label="Most changed units">
        ${guard([...this.changesDependOn, change.data, fault], () => this.renderChanges(change.data, fault))}
      </section>
    `;
  }

  private renderUnit(evolution: Evolved | null, fault: string | null) {
    const { pin } = this.selection;
    const { unit } = this.view.a.run;
    if (pin === null)
      return html`<p class="hint">Click a cell of a lane to follow that unit over all ${unitPlural(unit)}.</p>`;
    return html`<h3>unit ${pin.unit} at timestep ${pin.timestep}</h3>
      ${evolution === null ? renderReading(fault) : this.renderEvolution(evolution, pin.timestep)}`;
  }

  private renderEvolution({ data, key }: Evolved, timestep: number) {
    const { run, trace, layer } = this.view.a;
    const info = layer.signals.find(({ name }) => name === key.signal);
    if (info === undefined || timestep >= data.values.timesteps) return nothing;
    const shown = this.hovered ?? trace.key.step;
    const row = data.steps.indexOf(shown);
    // A step whose file is damaged, or that has another shape, is no row.
    const value = row < 0 ? null : valueAt(data.values, timestep, row);
    const isPadded = row >= 0 && isMasked(data.mask, data.values, timestep, row);
    const loss = lossOf(run);
    const lossNow = loss?.values[run.steps.indexOf(shown)] ?? null;
    return html`
      <div class="figures">
        <span>${run.unit} ${shown}</span>
        <b
          class=${!isPadded && isBroken(value) ? "broken" : ""}
          ><data value=${isPadded ? "padding" : String(value)} data-epoch=${shown}>${isPadded ? "padding" : value === null ? "–" : formatValue(value)}</data></b
        >
        ${loss === null ? nothing : html`<span class="loss ${isBroken(lossNow) ? "broken" : ""}">${loss.name} ${lossNow === null ? "–" : formatValue(lossNow)}</span>`}
      </div>
      <rnn-line-chart
        .chart=${this.chartOf({ data, key }, info, timestep, shown)}
        @place-hover=${(event: CustomEvent<number | null>) => {
          this.hovered = event.detail;
        }}
        @place-pick=${(event: CustomEvent<number>) => this.goTo(event.detail)}
      ></rnn-line-chart>
    `;
  }

  /** Value and loss at the same steps, each on an axis of its own. */
  private chartOf({ data, key }: Evolved, signal: SignalInfo, timestep: number, shown: number): Chart {
    const { run } = this.view.a;
    const values = data.steps.map((_, row) => valueAt(data.values, timestep, row));
    // A signal without a range may have one unit far from the others: then the axis fits the unit's own values.
    const domain = signal.range ?? extentOf(values) ?? signalScale(signal).domain;
    const loss = lossOf(run)?.values ?? null;
    const lossDomain = loss && extentOf(loss);
    const value = { ...MAIN, name: "value", xs: run.steps, heights: aligned(run.steps, data.steps, values) };
    const chart = {
      label: `${signal.label} of unit ${key.unit} at timestep ${timestep} over training`,
      x: stepAxis(run.steps, CHART_WIDTH - GUTTER.left - GUTTER.right, run.unit),
      left: linearAxis(domain, PLACES),
      height: CHART_HEIGHT,
      gutter: GUTTER,
      main: value.name,
      at: shown,
      picks: true,
    };
    if (loss === null || lossDomain === null) return { ...chart, curves: [value] };
    const curve = { ...OTHER, name: "loss", axis: "right", xs: run.steps, heights: loss } as const;
    return { ...chart, right: linearAxis(lossDomain, PLACES), curves: [curve, value] };
  }

  /** Playing must not draw forty curves over all steps again for each step. */
  private get changesDependOn(): unknown[] {
    const { view, selection } = this;
    const compared = view.compare === "off" ? [] : [view.a.trace, view.b?.trace, selection.signal];
    return [selection.pin?.unit, view.a.run, ...compared];
  }

  private renderChanges(change: Change | null, fault: string | null) {
    if (change === null) return renderReading(fault);
    const { run, layer } = this.view.a;
    const { steps, units, values } = change;
    const between = this.changeToB();
    const { a, b } = this.view;
    const unrelated = b && whyUnrelated(a, b);
    const compared = between !== null;
    const ranked = rankChanges(values, units, between).slice(0, MAX_ROWS);
    const loss = lossOf(run)?.values ?? null;
    const highest = values.reduce((most, value) => (value > most ? value : most), 0);
    const measure = `Mean change of ${labelOf(run, layer.key, change.signal)} from one captured ${run.unit} to the next`;
    return html`
      <h3>Most changed units</h3>
      <p class="hint">${compared ? "Mean |A − B| over this sample" : measure}</p>
      ${unrelated === null ? nothing : html`<p class="hint" role="note">Not ranked by A − B. ${unrelated}</p>`}
      <table>
        <thead>
          <tr>
            <th>unit</th>
            ${compared ? html`<th class="number">A to B</th>` : nothing}
            <th class="number">most</th>
            <th>when</th>
            <th>${loss === null ? nothing : renderSpark(steps, aligned(steps, run.steps, loss), null, "loss")}</th>
          </tr>
        </thead>
        <tbody>
          ${ranked.map((one) => this.renderRow(one, change, highest, compared))}
        </tbody>
      </table>
    `;
  }

  private renderRow(
    { unit, most, at, between }: UnitChange,
    { steps, units, values }: Change,
    highest: number,
    compared: boolean,
  ) {
    const picked = this.selection.pin?.unit === unit;
    const step = steps[at];
    const column = steps.map((_, i) => values[i * units + unit] ?? null);
    return html`<tr class=${picked ? "picked" : ""} data-unit=${unit}>
      <td><button class="quiet" aria-pressed=${picked} @click=${() => this.pick(unit)}>${unit}</button></td>
      ${compared ? html`<td class="number"><data value=${String(between)}>${between === null ? "–" : formatValue(between)}</data></td>` : nothing}
      <td class="number"><data value=${String(most)}>${Number.isNaN(most) ? "–" : formatValue(most)}</data></td>
      <td>
        ${step === undefined ? "–" : html`<button class="quiet" title="Go to ${this.view.a.run.unit} ${step}" @click=${() => this.goTo(step)}>${step}</button>`}
      </td>
      <td>${renderSpark(steps, column, [0, highest], "change")}</td>
    </tr>`;
  }

  /** By unit, the mean difference between A and B; null unless two of one shape, whose units correspond, are compared. */
  private changeToB(): Float64Array | null {
    const { a, b, compare } = this.view;
    const signal = this.selection.signal ?? "";
    const [first, second] = [a.trace.signals.get(signal), b?.trace.signals.get(signal)];
    if (compare === "off" || first === undefined || second === undefined) return null;
    if (b === null || whyUnrelated(a, b) !== null) return null;
    if (first.timesteps !== second.timesteps || first.units !== second.units) return null;
    return unitScores("change", first, a.trace.mask, { saturation: null, other: second });
  }

  private pick(unit: number): void {
    const timestep = this.selection.pin?.timestep ?? 0;
    select(this, { pin: { timestep, unit } });
  }
}

/** A value that is there and no number. */
function isBroken(value: number | null): boolean {
  return value !== null && !Number.isFinite(value);
}

function renderReading(fault: string | null) {
  return html`<p class="hint">${fault === null ? "Reading all steps…" : ""}</p>`;
}

/** Values known at `from`, at the places of `to`; null where there is none. */
function aligned(
  to: readonly number[],
  from: readonly number[],
  values: readonly (number | null)[],
): (number | null)[] {
  const known = new Map(from.map((step, i) => [step, values[i] ?? null]));
  return to.map((step) => known.get(step) ?? null);
}

customElements.define("rnn-unit-panel", UnitPanel);
