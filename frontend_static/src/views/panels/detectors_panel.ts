/** Which units track an annotation, how much of that is luck, and since when. */
import { html, nothing } from "lit";
import { type Detector, type Detectors, numbersOf, type Tensors } from "../../api/analyses.ts";
import { chanceSentences, leastScore, shareOfScore } from "../../maths/chance.ts";
import { signalLabel } from "../../maths/format.ts";
import { annotationOf, detectorHistoryAsk, detectorsAsk } from "../../state/asked.ts";
import { pickerStyles, renderPicker } from "../bars/pickers.ts";
import { select, send } from "../events.ts";
import { base } from "../theme.ts";
import { detectorsStyles } from "./detectors_styles.ts";
import { footStyles } from "./history_chart.ts";
import { renderLeftOut } from "./left_out.ts";
import { Page } from "./page.ts";
import { panelStyles } from "./panel_styles.ts";

const ROWS_AT_FIRST = 30;

export class DetectorsPanel extends Page {
  static override properties = { ...Page.properties, all: { state: true } };

  static override styles = [base, pickerStyles, panelStyles, footStyles, detectorsStyles];

  /** Whether the rows beyond the first are shown too. */
  declare private all: boolean;

  constructor() {
    super();
    this.all = false;
  }

  override render() {
    const { analyses, selection, run } = this;
    const annotation = annotationOf(selection, run);
    if (annotation === null)
      return html`<p class="hint">
        This run has no annotations: give the callback some, one flag or number for each timestep of the probe, as in
        <code>RNNTimeline(annotations={"inside string": …})</code>.
      </p>`;
    const options = run.annotations.map(({ name }) => ({ value: name, text: name }));
    const found = analyses.answer<Detectors>(detectorsAsk(selection, run));
    return html`${renderPicker("Annotation", "annotation", options, annotation, (name) => select(this, { annotation: name }))}
    ${this.renderAnswer(found, (ranking) => html`${this.renderRanking(ranking)} ${this.renderHistory(ranking)}`)}`;
  }

  private renderRanking({ detectors, measure, annotation }: Detectors) {
    const best = detectors[0];
    if (best === undefined) return html`<p class="hint">This run has no signals to rank.</p>`;
    const layers = new Set(detectors.map(({ layer }) => layer)).size > 1;
    const shown = this.all ? detectors : detectors.slice(0, ROWS_AT_FIRST);
    return html`<div class="hint chance">${this.renderChance(best)}</div>
      <table aria-label="Units that track ${annotation}">
        <thead>
          <tr>
            <th>unit</th>
            <th>signal</th>
            ${layers ? html`<th>layer</th>` : nothing}
            <th class="number" title=${MEASURES[measure]}>${measure}</th>
            <th aria-label="from ${leastScore(measure)} to 1">${leastScore(measure)} – 1</th>
            <th title="Whether the unit is high or low where the annotation is">sign</th>
          </tr>
        </thead>
        <tbody>
          ${shown.map((one) => this.renderRow(one, measure, layers))}
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

  private renderChance({ score, chance }: Detector) {
    const [first, ...others] = chanceSentences(score, chance, this.run.samples.length);
    return html`<p><data value=${String(chance)}>${first}</data></p>
      ${others.map((sentence) => html`<p><strong>${sentence}</strong></p>`)}`;
  }

  private renderRow(one: Detector, measure: Detectors["measure"], layers: boolean) {
    const { layer, signal, unit, score, sign } = one;
    const picked = this.isPicked(one);
    const share = `${(100 * shareOfScore(score, measure)).toFixed(1)}%`;
    return html`<tr
      class=${picked ? "picked" : ""}
      data-unit=${unit}
      data-signal=${signal}
      data-layer=${layer}
      @click=${() => this.pick(one)}
    >
      <td><button class="quiet" aria-pressed=${picked}>${unit}</button></td>
      <td>${signalLabel(signal)}</td>
      ${layers ? html`<td class="layer" title=${layer}>${layer}</td>` : nothing}
      <td class="number"><data value=${String(score)}>${score.toFixed(2)}</data></td>
      <td class="bar"><i style="--share: ${share}"></i></td>
      <td>${sign > 0 ? "high" : "low"}</td>
    </tr>`;
  }

  private renderHistory({ measure }: Detectors) {
    const { analyses, selection, run } = this;
    const ask = detectorHistoryAsk(selection, run);
    if (ask === null)
      return html`<section class="foot hint">Click a unit to see since when it tracks this.</section>`;
    const label = `${signalLabel(selection.signal ?? "")} of unit ${selection.pinned[0]}`;
    return html`<section class="foot" aria-label="Over training">
      <h3>Since when? ${label}</h3>
      ${this.renderAnswer(analyses.answer<Tensors>(ask), (history) => {
        const steps = numbersOf(history, "steps");
        const lines = [
          { name: `${measure} of unit ${selection.pinned[0]}`, values: numbersOf(history, "score") },
          { name: "best of this signal", values: numbersOf(history, "best") },
        ];
        return html`${renderLeftOut(run.unit, numbersOf(history, "unreadable"))}<rnn-history-chart
          .unit=${run.unit}
          .step=${selection.step}
          .steps=${steps}
          .lines=${lines}
          .domain=${[leastScore(measure), 1]}
          @step-change=${(event: CustomEvent<number>) => send(this, "step-change", event.detail)}
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

const MEASURES: Readonly<Record<Detectors["measure"], string>> = {
  AUC: "How often the unit's value tells a timestep with the annotation from one without",
  "|r|": "The size of Pearson's correlation",
};

customElements.define("rnn-detectors-panel", DetectorsPanel);
