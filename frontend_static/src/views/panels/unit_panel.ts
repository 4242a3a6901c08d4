/** The picked unit in training: its value over all steps, and which units changed, when, and by how much. */
import { html, LitElement, nothing, svg } from "lit";
import { guard } from "lit/directives/guard.js";
import { valueAt } from "../../api/trace.ts";
import { rankChanges, type UnitChange } from "../../maths/changes.ts";
import { formatEnd, formatValue, signalLabel, unitPlural } from "../../maths/format.ts";
import { unitScores } from "../../maths/order.ts";
import { signalScale } from "../../maths/scale.ts";
import { extentOf, lossOf, stepAt, stepX, trainingPath } from "../../maths/training.ts";
import type { Evolved, Inspection } from "../../state/inspection.ts";
import type { Selection } from "../../state/selection.ts";
import type { View } from "../../state/view.ts";
import { pickerStyles, renderPicker } from "../bars/pickers.ts";
import { select, send } from "../events.ts";
import { base } from "../theme.ts";
import { renderLeftOut } from "./left_out.ts";
import { CHART_HEIGHT, CHART_WIDTH, panelStyles } from "./panel_styles.ts";
import { renderSpark } from "./spark.ts";
import { renderSurface } from "./surface.ts";

const MAX_ROWS = 40;
const MARGIN = 8;

export class UnitPanel extends LitElement {
  static override properties = {
    view: { attribute: false },
    selection: { attribute: false },
    evolution: { attribute: false },
    change: { attribute: false },
    fault: { attribute: false },
    hovered: { state: true },
  };

  static override styles = [base, pickerStyles, panelStyles];

  declare view: View;
  declare selection: Selection;
  declare evolution: Evolved | null;
  declare change: Inspection["change"];
  declare fault: string | null;
  /** The step under the mouse in the chart. */
  declare private hovered: number | null;

  constructor() {
    super();
    this.hovered = null;
  }

  override render() {
    const { layer } = this.view.a;
    const options = layer.signals.map(({ name }) => ({ value: name, text: signalLabel(name) }));
    return html`
      ${renderPicker("Signal", "signal", options, this.selection.signal ?? "", (signal) => select(this, { signal }))}
      ${this.fault === null ? nothing : html`<p class="fault" role="alert">${this.fault}</p>`}
      ${renderLeftOut(this.view.a.run.unit, (this.change ?? this.evolution)?.data.unreadable ?? [])}
      <section aria-label="Over training">${this.renderUnit()}</section>
      <section aria-label="Most changed units">${guard(this.changesDependOn, () => this.renderChanges())}</section>
    `;
  }

  private renderUnit() {
    const { pin } = this.selection;
    const { unit } = this.view.a.run;
    if (pin === null)
      return html`<p class="hint">Click a cell of a lane to follow that unit over all ${unitPlural(unit)}.</p>`;
    return html`<h3>unit ${pin.unit} at timestep ${pin.timestep}</h3>
      ${this.evolution === null ? html`<p class="hint">${this.fault === null ? "Reading all steps…" : ""}</p>` : this.renderChart(this.evolution, pin.timestep)}`;
  }

  /** Value and loss over the same steps, each on an axis of its own. */
  private renderChart({ data, key }: Evolved, timestep: number) {
    const { run, trace, layer } = this.view.a;
    const info = layer.signals.find(({ name }) => name === key.signal);
    if (info === undefined || timestep >= data.values.timesteps) return nothing;
    const values = data.steps.map((_, row) => finite(valueAt(data.values, timestep, row)));
    // Of a signal without a range one unit may lie far from the others: then its own values are the axis.
    const domain = info.range ?? extentOf(values) ?? signalScale(info).domain;
    const [lossName, loss] = lossOf(run.logs);
    const box = { width: CHART_WIDTH, top: MARGIN, bottom: CHART_HEIGHT - MARGIN };
    const shown = this.hovered ?? trace.key.step;
    const x = stepX(shown, run.steps, CHART_WIDTH);
    const value = valueAt(data.values, timestep, data.steps.indexOf(shown));
    const isPadded = data.mask?.[timestep] === 0;
    const lossNow = loss?.[run.steps.indexOf(shown)];
    return html`
      <div class="figures">
        <span>${run.unit} ${shown}</span>
        <b
          ><data value=${isPadded ? "padding" : String(value)} data-epoch=${shown}>${isPadded ? "padding" : formatValue(value)}</data></b
        >
        ${lossName === null ? nothing : html`<span class="loss">${lossName} ${lossNow == null ? "–" : formatValue(lossNow)}</span>`}
      </div>
      <div class="chart">
        <span class="end high">${formatEnd(domain[1])}</span><span class="end low">${formatEnd(domain[0])}</span>
        ${this.renderLossEnds(loss)}
        ${renderSurface(
          {
            width: CHART_WIDTH,
            height: CHART_HEIGHT,
            label: `${signalLabel(key.signal)} of unit ${key.unit} at timestep ${timestep} over training`,
            at: (x) => stepAt(x, run.steps, CHART_WIDTH),
            hover: (step) => {
              this.hovered = step;
            },
            pick: (step) => this.goTo(step),
          },
          svg`<path class="grid" d="M0 ${box.top}H${CHART_WIDTH}M0 ${box.bottom}H${CHART_WIDTH}" />
            <path class="loss" d=${loss ? trainingPath(run.steps, loss, box) : ""} />
            <path class="value" d=${trainingPath(run.steps, aligned(run.steps, data.steps, values), { ...box, domain })} />
            <path class="now" d="M${x.toFixed(1)} 0V${CHART_HEIGHT}" />`,
        )}
      </div>
    `;
  }

  private renderLossEnds(loss: readonly (number | null)[] | null) {
    const ends = loss && extentOf(loss);
    if (ends === null) return nothing;
    return html`<span class="end high loss">${formatEnd(ends[1])}</span
      ><span class="end low loss">${formatEnd(ends[0])}</span>`;
  }

  /** Forty curves over all steps: playing must not draw them anew for each picture. */
  private get changesDependOn(): unknown[] {
    const { view, change, fault, selection } = this;
    const compared = view.compare === "off" ? [] : [view.a.trace, view.b?.trace, selection.signal];
    return [change, fault, selection.pin?.unit, view.a.run, ...compared];
  }

  private renderChanges() {
    const { change, view } = this;
    if (change === null) return html`<p class="hint">${this.fault === null ? "Reading all steps…" : ""}</p>`;
    const { steps, units, values } = change.data;
    const between = this.changeToB();
    const compared = between !== null;
    const ranked = rankChanges(values, units, between).slice(0, MAX_ROWS);
    const [, loss] = lossOf(view.a.run.logs);
    const highest = values.reduce((most, value) => (value > most ? value : most), 0);
    return html`
      <h3>Most changed units</h3>
      <p class="hint">
        ${compared ? "Mean |A − B| over this sample" : `Mean change of ${signalLabel(change.key.signal)} from one captured ${view.a.run.unit} to the next`}
      </p>
      <table>
        <thead>
          <tr>
            <th>unit</th>
            ${compared ? html`<th class="number">A to B</th>` : nothing}
            <th class="number">most</th>
            <th>when</th>
            <th>
              ${loss === null ? nothing : renderSpark(steps, aligned(steps, view.a.run.steps, loss), null, "loss")}
            </th>
          </tr>
        </thead>
        <tbody>
          ${ranked.map((one) => this.renderRow(one, highest, compared))}
        </tbody>
      </table>
    `;
  }

  private renderRow({ unit, most, at, between }: UnitChange, highest: number, compared: boolean) {
    if (this.change === null) return nothing;
    const { steps, units, values } = this.change.data;
    const picked = this.selection.pin?.unit === unit;
    const step = steps[at];
    const column = steps.map((_, i) => finite(values[i * units + unit] ?? Number.NaN));
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

  /** By unit, how much it differs between the two pictures; null unless two of one shape are compared. */
  private changeToB(): Float64Array | null {
    const { a, b, compare } = this.view;
    const signal = this.selection.signal ?? "";
    const [first, second] = [a.trace.signals.get(signal), b?.trace.signals.get(signal)];
    if (compare === "off" || first === undefined || second === undefined) return null;
    if (first.units !== second.units || first.timesteps !== second.timesteps) return null;
    return unitScores("change", first, a.trace.mask, { saturation: null, other: second });
  }

  private pick(unit: number): void {
    const timestep = this.selection.pin?.timestep ?? 0;
    select(this, { pin: { timestep, unit } });
  }

  private goTo(step: number | null): void {
    if (step !== null) send(this, "step-change", step);
  }
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
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
