/** Which units track an annotation, how much of that is luck, and since when. */
import { html, nothing } from "lit";
import type { Detector, Detectors } from "../../api/routes.ts";
import { formatCount } from "../../maths/format.ts";
import { pickerStyles, renderPicker } from "../../views/bars/pickers.ts";
import { select } from "../../views/events.ts";
import { base } from "../../views/theme.ts";
import { footStyles } from "../shared/history_chart.ts";
import { renderLeftOut } from "../shared/left_out.ts";
import { PanelElement } from "../shared/page.ts";
import { labelOf } from "../shared/signals.ts";
import { panelStyles } from "../shared/styles.ts";
import { annotationOf, detectorHistoryQuery, detectorsQuery } from "./queries.ts";
import { shareOfScore } from "./score.ts";
import { detectorsStyles } from "./styles.ts";

const ROWS_AT_FIRST = 30;

export default class DetectorsPanel extends PanelElement {
  static override properties = { ...PanelElement.properties, all: { state: true } };

  static override styles = [base, pickerStyles, panelStyles, footStyles, detectorsStyles];

  /** Whether the rows beyond the first are shown too. */
  declare private all: boolean;

  constructor() {
    super();
    this.all = false;
  }

  override render() {
    const { answers, selection, run } = this;
    const annotation = annotationOf(selection, run);
    if (annotation === null)
      return html`<p class="hint">
        This run has no annotations: give the callback some, one flag or number for each timestep of the probe, as in
        <code>RNNTimeline(annotations={"inside string": …})</code>.
      </p>`;
    const options = run.annotations.map(({ name }) => ({ value: name, text: name }));
    const found = answers.answer(detectorsQuery(selection, run));
    return html`${renderPicker("Annotation", "annotation", options, annotation, (name) => select(this, { annotation: name }))}
    ${this.renderAnswer(found, (ranking) => html`${this.renderRanking(ranking)} ${this.renderHistory(ranking)}`)}`;
  }

  private renderRanking(ranking: Detectors) {
    const { detectors, measure, annotation, least } = ranking;
    const best = detectors[0];
    if (best === undefined) return html`<p class="hint">This run has no signals to rank.</p>`;
    const layers = new Set(detectors.map(({ layer }) => layer)).size > 1;
    const shown = this.all ? detectors : detectors.slice(0, ROWS_AT_FIRST);
    return html`<div class="hint chance">${renderChance(best, ranking)} ${renderPlaces(ranking)}</div>
      <table aria-label="Units that track ${annotation}">
        <thead>
          <tr>
            <th>unit</th>
            <th>signal</th>
            ${layers ? html`<th>layer</th>` : nothing}
            <th class="number" title=${MEASURES[measure]}>${measure}</th>
            <th aria-label="from ${least} to 1">${least} – 1</th>
            <th title="Whether the unit is high or low where the annotation is">sign</th>
          </tr>
        </thead>
        <tbody>
          ${shown.map((one) => this.renderRow(one, least, layers))}
        </tbody>
      </table>
      ${
        shown.length < detectors.length
          ? html`<button
              class="quiet more"
              @click=${() => {
                this.all = true;
              }}
            >
              ${detectors.length - shown.length} more
            </button>`
          : nothing
      }`;
  }

  private renderRow(one: Detector, least: number, layers: boolean) {
    const { layer, signal, unit, score, sign } = one;
    const picked = this.isPicked(one);
    const share = `${(100 * shareOfScore(score, least)).toFixed(1)}%`;
    return html`<tr
      class=${picked ? "picked" : ""}
      data-unit=${unit}
      data-signal=${signal}
      data-layer=${layer}
      @click=${() => this.pick(one)}
    >
      <td><button class="quiet" aria-pressed=${picked}>${unit}</button></td>
      <td>${labelOf(this.run, layer, signal)}</td>
      ${layers ? html`<td class="layer" title=${layer}>${layer}</td>` : nothing}
      <td class="number"><data value=${String(score)}>${score.toFixed(2)}</data></td>
      <td class="bar"><i style="--share: ${share}"></i></td>
      <td>${sign > 0 ? "high" : "low"}</td>
    </tr>`;
  }

  private renderHistory({ measure, least }: Detectors) {
    const { answers, selection, run } = this;
    const { layer, signal, pinned, step } = selection;
    const query = detectorHistoryQuery(selection, run);
    if (query === null)
      return html`<section class="foot hint">Click a unit to see since when it tracks this.</section>`;
    return html`<section class="foot" aria-label="Over training">
      <h3>Since when? ${labelOf(run, layer, signal ?? "")} of unit ${pinned[0]}</h3>
      ${this.renderAnswer(answers.answer(query), ({ steps, unreadable, score, best }) => {
        const lines = [
          { name: `${measure} of unit ${pinned[0]}`, values: score },
          { name: "best of this signal", values: best },
        ];
        return html`${renderLeftOut(run.unit, unreadable)}<rnn-history-chart
          .unit=${run.unit}
          .step=${step}
          .steps=${steps}
          .lines=${lines}
          .domain=${[least, 1]}
          @step-change=${(event: CustomEvent<number>) => this.goTo(event.detail)}
        ></rnn-history-chart>`;
      })}
    </section>`;
  }

  private isPicked({ layer, signal, unit }: Detector): boolean {
    const { selection } = this;
    return selection.layer === layer && selection.signal === signal && selection.pinned[0] === unit;
  }

  private pick({ layer, signal, unit }: Detector): void {
    const timestep = this.selection.pin?.timestep ?? 0;
    select(this, { layer, signal, pinned: [unit], pin: { timestep, unit } });
  }
}

/** At how many places units were compared, if not at all of them. */
function renderPlaces({ places, compared_places }: Detectors) {
  if (compared_places === places) return nothing;
  return html`<p>
    Compared at ${formatCount(compared_places)} of ${formatCount(places)} timesteps of all samples, drawn at random.
  </p>`;
}

function renderChance({ chance }: Detector, { chance_sentences: [first, ...others] }: Detectors) {
  return html`<p><data value=${String(chance)}>${first}</data></p>
    ${others.map((sentence) => html`<p><strong>${sentence}</strong></p>`)}`;
}

const MEASURES: Readonly<Record<Detectors["measure"], string>> = {
  AUC: "How often the unit's value tells a timestep with the annotation from one without",
  "|r|": "The size of Pearson's correlation",
};

customElements.define("rnn-detectors-panel", DetectorsPanel);
