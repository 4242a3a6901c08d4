/** The weights of a layer's gates: one matrix at this step, and all of them over training. */
import { css, html, nothing } from "lit";
import { numbersOf, type Tensors } from "../../api/analyses.ts";
import type { Tensor } from "../../api/safetensors.ts";
import { signalLabel } from "../../maths/format.ts";
import { chosenMatrix, gatesOf, type MatrixName, pictureOf } from "../../maths/weights.ts";
import { weightHistoryAsk, weightsAsk } from "../../state/asked.ts";
import { pickerStyles, renderPicker } from "../bars/pickers.ts";
import { select, send } from "../events.ts";
import { base } from "../theme.ts";
import { Held } from "./held.ts";
import { renderLeftOut } from "./left_out.ts";
import { Page } from "./page.ts";
import { panelStyles } from "./panel_styles.ts";
import "./training_lines.ts";
import "./weight_heatmap.ts";
import "./weight_histogram.ts";
import type { Histograms } from "./weight_histogram.ts";

const LETTERS: Readonly<Record<string, string>> = { W: "W", U: "U", b: "b", recurrent_b: "b′" };

export class WeightsPanel extends Page {
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

  private readonly held = new Held<Map<string, Tensor>>();
  private readonly histograms = new WeakMap<Tensor, Histograms>();

  override render() {
    const { analyses, selection, run } = this;
    const shown = this.held.take(analyses, weightsAsk(selection, run));
    const history = analyses.answer<Map<string, Tensor>>(weightHistoryAsk(selection, run));
    return this.renderAnswer(shown, (weights) => {
      const gates = gatesOf(weights.keys());
      const chosen = chosenMatrix(selection.matrix, gates);
      if (chosen === null) return nothing;
      return html`${this.renderPickers(gates, chosen)} ${this.renderMatrix(weights, chosen, Number(shown.ask?.params.step), history.data)}
      ${this.renderAnswer(history, (tensors) => this.renderHistory(tensors, gates, chosen))}`;
    });
  }

  private renderPickers(gates: ReadonlyMap<string, readonly string[]>, { gate, kind }: MatrixName) {
    const ofGates = [...gates.keys()].map((name) => ({ value: name, text: signalLabel(name) }));
    const kinds = gates.get(gate) ?? [];
    const ofKinds = kinds.map((name) => ({ value: name, text: LETTERS[name] ?? name }));
    return html`<div class="pickers">
      ${renderPicker("Gate", "gate", ofGates, gate, (name) => this.choose(name, kind))}
      ${renderPicker("Matrix", "matrix", ofKinds, kind, (name) => this.choose(gate, name))}
    </div>`;
  }

  private renderMatrix(weights: Tensors, { gate, kind }: MatrixName, step: number, history: Tensors | null) {
    const tensor = weights.get(`${gate}/${kind}`);
    const picture = tensor === undefined ? null : pictureOf(tensor);
    if (tensor === undefined || picture === null) return nothing;
    const title = `${LETTERS[kind]} of the ${signalLabel(gate)}`;
    // Before the history is there, nothing says how far the scale must reach.
    const reach = numbersOf(history, `edges/${gate}/${kind}`).at(-1);
    return html`<section aria-label="Matrix" data-step=${step}>
      <h3>${title}, ${tensor.shape.join(" × ")}</h3>
      ${
        reach === undefined
          ? nothing
          : html`<rnn-weight-heatmap
            .matrix=${picture}
            .kind=${kind}
            .reach=${reach}
            .theme=${this.theme}
            .ratio=${window.devicePixelRatio}
            .label="${title} at ${this.run.unit} ${step}"
          ></rnn-weight-heatmap>`
      }
    </section>`;
  }

  private renderHistory(tensors: Tensors, gates: ReadonlyMap<string, readonly string[]>, chosen: MatrixName) {
    const { gate, kind } = chosen;
    const steps = numbersOf(tensors, "steps");
    const withKind = [...gates.keys()].filter((name) => tensors.has(`norm/${name}/${kind}`));
    const norms = withKind.map((name) => ({ name, values: numbersOf(tensors, `norm/${name}/${kind}`) }));
    const radii = [...gates.keys()].map((name) => ({ name, values: numbersOf(tensors, `radius/${name}`) }));
    const at = numbersOf(tensors, "radius_steps");
    const letter = LETTERS[kind];
    return html`
      ${renderLeftOut(this.run.unit, numbersOf(tensors, "unreadable"))}
      <section aria-label="Histogram over training">
        <h3>Histogram of ${letter} over training</h3>
        ${this.renderHistograms(tensors, gate, kind, steps)}
      </section>
      <section aria-label="Norm over training">
        <h3>Frobenius norm of ${letter}</h3>
        ${this.renderLines("Frobenius norm by gate over training", steps, norms, chosen, null)}
      </section>
      <section aria-label="Spectral radius over training">
        <h3>Spectral radius of U</h3>
        ${
          at.length === 0
            ? html`<p class="hint">It is not computed for more than 256 units.</p>`
            : html`<p class="hint">${this.sayRadius(gates)}</p>
              ${this.renderLines("Spectral radius by gate over training", at, radii, chosen, 1)}`
        }
      </section>
    `;
  }

  private renderHistograms(tensors: Tensors, gate: string, kind: string, steps: readonly number[]) {
    const tensor = tensors.get(`counts/${gate}/${kind}`);
    if (tensor === undefined) return nothing;
    const histograms = this.histograms.get(tensor) ?? {
      steps,
      counts: numbersOf(tensors, `counts/${gate}/${kind}`),
      edges: numbersOf(tensors, `edges/${gate}/${kind}`),
    };
    this.histograms.set(tensor, histograms);
    return html`<rnn-weight-histogram
      .histograms=${histograms}
      .all=${this.run.steps}
      .now=${this.selection.step ?? 0}
      .unit=${this.run.unit}
      .theme=${this.theme}
      .ratio=${window.devicePixelRatio}
      @step-change=${(event: CustomEvent<number>) => send(this, "step-change", event.detail)}
    ></rnn-weight-histogram>`;
  }

  private renderLines(
    label: string,
    steps: readonly number[],
    lines: readonly { name: string; values: readonly number[] }[],
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
      @step-change=${(event: CustomEvent<number>) => send(this, "step-change", event.detail)}
      @gate-change=${(event: CustomEvent<string>) => this.choose(event.detail, kind)}
    ></rnn-training-lines>`;
  }

  private sayRadius(gates: ReadonlyMap<string, readonly string[]>): string {
    return gates.has("hidden_state")
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
