/** The weights of a layer's gates: one matrix at this step, and all of them over training. */
import { css, html, nothing } from "lit";
import type { Tensors } from "../../api/analyses.ts";
import { pickerStyles, renderPicker } from "../../views/bars/pickers.ts";
import { select } from "../../views/events.ts";
import { base } from "../../views/theme.ts";
import { Held } from "../shared/held.ts";
import { renderLeftOut } from "../shared/left_out.ts";
import { PanelElement } from "../shared/page.ts";
import { labelOf, signalOf } from "../shared/signals.ts";
import { panelStyles } from "../shared/styles.ts";
import { chosenMatrix, gatesOf, type MatrixName, pictureOf } from "./matrices.ts";
import { type Histograms, type WeightHistory, weightHistoryQuery, weightsQuery } from "./queries.ts";
import "./heatmap.ts";
import "./histogram.ts";
import "./training_lines.ts";
import type { TrainingLine } from "./training_lines.ts";

/** Kinds of matrices as they are set in type. */
const LETTERS: Readonly<Record<string, string>> = { W: "W", U: "U", b: "b", recurrent_b: "b′" };

export default class WeightsPanel extends PanelElement {
  static override styles = [
    base,
    pickerStyles,
    panelStyles,
    css`
      .pickers {
        display: flex;
        gap: 8px;
        flex-wrap: wrap;
      }
    `,
  ];

  private readonly held = new Held<Tensors>();

  override render() {
    const { answers, selection } = this;
    const shown = this.held.take(answers, weightsQuery(selection));
    const history = answers.answer(weightHistoryQuery(selection));
    return this.renderAnswer(shown, (weights) => {
      const gates = gatesOf(weights.keys());
      const chosen = chosenMatrix(selection.matrix, gates);
      if (chosen === null) return nothing;
      const step = Number(shown.query?.params.step);
      return html`${this.renderPickers(gates, chosen)} ${this.renderMatrix(weights, chosen, step, history.data)}
      ${this.renderAnswer(history, (known) => this.renderHistory(known, gates, chosen))}`;
    });
  }

  /** The label of a gate; the matrices of a cell without gates have the name of its state. */
  private labelOf(gate: string): string {
    return labelOf(this.run, this.selection.layer, gate);
  }

  private renderPickers(gates: ReadonlyMap<string, readonly string[]>, { gate, kind }: MatrixName) {
    const ofGates = [...gates.keys()].map((name) => ({ value: name, text: this.labelOf(name) }));
    const kinds = gates.get(gate) ?? [];
    const ofKinds = kinds.map((name) => ({ value: name, text: LETTERS[name] ?? name }));
    return html`<div class="pickers">
      ${renderPicker("Gate", "gate", ofGates, gate, (name) => this.choose(name, kind))}
      ${renderPicker("Matrix", "matrix", ofKinds, kind, (name) => this.choose(gate, name))}
    </div>`;
  }

  private renderMatrix(
    weights: Tensors,
    { gate, kind }: MatrixName,
    step: number,
    history: WeightHistory | null,
  ) {
    const tensor = weights.get(`${gate}/${kind}`);
    const picture = tensor === undefined ? null : pictureOf(tensor);
    if (tensor === undefined || picture === null) return nothing;
    const title = `${LETTERS[kind]} of the ${this.labelOf(gate)}`;
    // The scale is the same at every step, and only the history knows its ends.
    const histograms = history?.histograms.get(`${gate}/${kind}`);
    return html`<section aria-label="Matrix" data-step=${step}>
      <h3>${title}, ${tensor.shape.join(" × ")}</h3>
      ${
        histograms === undefined
          ? nothing
          : html`<rnn-weight-heatmap
            .matrix=${picture}
            .kind=${kind}
            .reach=${histograms.typical}
            .largest=${histograms.edges.at(-1)}
            .theme=${this.theme}
            .unit=${this.run.unit}
            .ratio=${window.devicePixelRatio}
            .label="${title} at ${this.run.unit} ${step}"
          ></rnn-weight-heatmap>`
      }
    </section>`;
  }

  private renderHistory(
    { steps, unreadable, norms, radii, radiusSteps, histograms }: WeightHistory,
    gates: ReadonlyMap<string, readonly string[]>,
    chosen: MatrixName,
  ) {
    const { gate, kind } = chosen;
    const lines = (of: (name: string) => readonly number[] | undefined) =>
      [...gates.keys()].flatMap((name) => {
        const values = of(name);
        return values === undefined ? [] : [{ name, label: this.labelOf(name), values }];
      });
    const letter = LETTERS[kind];
    return html`
      ${renderLeftOut(this.run.unit, unreadable)}
      <section aria-label="Histogram over training">
        <h3>Histogram of ${letter} over training</h3>
        ${this.renderHistograms(histograms.get(`${gate}/${kind}`))}
      </section>
      <section aria-label="Norm over training">
        <h3>Frobenius norm of ${letter}</h3>
        ${this.renderLines(
          "Frobenius norm by gate over training",
          steps,
          lines((name) => norms.get(`${name}/${kind}`)),
          chosen,
          null,
        )}
      </section>
      <section aria-label="Spectral radius over training">
        <h3>Spectral radius of U</h3>
        ${
          radiusSteps.length === 0
            ? html`<p class="hint">It is not computed for a layer of this many units.</p>`
            : html`<p class="hint">${this.radiusHint(gates)}</p>
              ${this.renderLines(
                "Spectral radius by gate over training",
                radiusSteps,
                lines((name) => radii.get(name)),
                chosen,
                1,
              )}`
        }
      </section>
    `;
  }

  private renderHistograms(histograms: Histograms | undefined) {
    if (histograms === undefined) return nothing;
    return html`<rnn-weight-histogram
      .histograms=${histograms}
      .all=${this.run.steps}
      .now=${this.selection.step ?? 0}
      .unit=${this.run.unit}
      .theme=${this.theme}
      .ratio=${window.devicePixelRatio}
      @step-change=${(event: CustomEvent<number>) => this.goTo(event.detail)}
    ></rnn-weight-histogram>`;
  }

  private renderLines(
    label: string,
    steps: readonly number[],
    lines: readonly TrainingLine[],
    { gate, kind }: MatrixName,
    level: number | null,
  ) {
    return html`<rnn-training-lines
      .label=${label}
      .steps=${steps}
      .lines=${lines}
      .all=${this.run.steps}
      .chosen=${gate}
      .now=${this.selection.step ?? 0}
      .unit=${this.run.unit}
      .level=${level}
      @step-change=${(event: CustomEvent<number>) => this.goTo(event.detail)}
      @gate-change=${(event: CustomEvent<string>) => this.choose(event.detail, kind)}
    ></rnn-training-lines>`;
  }

  private radiusHint(gates: ReadonlyMap<string, readonly string[]>): string {
    const { run, selection } = this;
    const isState = [...gates.keys()].some((name) => signalOf(run, selection.layer, name)?.state === name);
    return isState
      ? "The largest absolute eigenvalue of U: below 1 what the state holds fades; above 1 it can grow (Pascanu, Mikolov & Bengio 2013)."
      : "The largest absolute eigenvalue of a gate's U: how strongly the units feed each other through this gate.";
  }

  private get theme(): string {
    return document.documentElement.dataset.theme ?? "light";
  }

  private choose(gate: string, kind: string): void {
    select(this, { matrix: `${gate}/${kind}` });
  }
}

customElements.define("rnn-weights-panel", WeightsPanel);
