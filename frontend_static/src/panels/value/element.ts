/** The picked value explained: its equation with its numbers, and what weighs most in it. */
import { html, nothing } from "lit";
import type { Explanation, Letter, Piece } from "../../api/routes.ts";
import { rowName } from "../../state/batch_rows.ts";
import { layerOf } from "../../state/layers.ts";
import { pickerStyles, renderPicker } from "../../views/bars/pickers.ts";
import { select } from "../../views/events.ts";
import { base } from "../../views/theme.ts";
import { Held } from "../shared/held.ts";
import { renderNumber } from "../shared/numbers.ts";
import { PanelElement } from "../shared/page.ts";
import { labelOf, recurrentState, signalOptions } from "../shared/signals.ts";
import { panelStyles } from "../shared/styles.ts";
import "./contributions.ts";
import { explainQuery } from "./queries.ts";
import { largestOf } from "./signed.ts";
import { renderSignedBar } from "./signed_bar.ts";
import { valueStyles } from "./styles.ts";

const DTYPES = { F16: "float16", F32: "float32", F64: "float64" } as const;

export default class ValuePanel extends PanelElement {
  static override styles = [base, pickerStyles, panelStyles, valueStyles];

  private readonly held = new Held<Explanation>();

  override render() {
    const { selection, view } = this;
    return html`
      ${renderPicker("Signal", "signal", signalOptions(view.a.layer), selection.signal ?? "", (signal) => select(this, { signal }))}
      ${selection.pin === null ? this.renderHint() : this.renderExplained()}
    `;
  }

  private renderHint() {
    return html`<p class="hint lone">
      Click a cell of a lane to see what its value is made of: the equation with its numbers, and what weighed most.
    </p>`;
  }

  private renderExplained() {
    const shown = this.held.take(this.answers, explainQuery(this.selection));
    return this.renderAnswer(shown, (explanation) => this.renderExplanation(explanation));
  }

  /** Samples by their index, which is short; rows that are no samples by name. */
  private rowOf({ layer, sample }: Explanation): string {
    const info = layerOf(this.run, layer);
    return info?.rows == null ? `sample ${sample}` : rowName(this.run, info, sample);
  }

  private renderExplanation(explanation: Explanation) {
    const { layer, signal, unit, timestep, step, contributions } = explanation;
    return html`
      <section aria-label="Equation" data-step=${step}>
        <h3>${labelOf(this.run, layer, signal)} of unit ${unit} at timestep ${timestep}</h3>
        <p class="hint">${this.run.unit} ${step}, ${this.rowOf(explanation)}</p>
        ${this.renderEquation(explanation)}
      </section>
      ${this.renderNumbers(explanation)} ${this.renderParts(explanation)} ${
        contributions.length === 0
          ? nothing
          : html`<rnn-contributions
            .contributions=${contributions}
            .readAt=${explanation.read_before}
            .pinned=${this.selection.pinned}
            .state=${recurrentState(layerOf(this.run, layer))}
          ></rnn-contributions>`
      }
    `;
  }

  private renderEquation(explanation: Explanation) {
    const { left, sides, value, captured, signal, not_recomputed: reason } = explanation;
    const dtype = this.view.a.trace.signals.get(signal)?.dtype;
    return html`<div class="equation">
        ${sides.map(
          (side, i) => html`<span>${i === 0 ? left.map(renderPiece) : nothing}</span><span>=</span>
            <span>${side.map((piece) => this.renderLink(piece, explanation))}</span>`,
        )}
        <span></span><span>=</span><b>${renderNumber(value, "computed")}</b>
      </div>
      ${reason === null ? nothing : html`<p class="hint">${reason}</p>`}
      <p class="hint">
        Stored as ${renderNumber(captured, "stored")}${dtype === undefined ? nothing : ` (${DTYPES[dtype]})`}
      </p>`;
  }

  /** A letter that stands for another value of this layer leads to that value's own explanation. */
  private renderLink(piece: Piece, explanation: Explanation) {
    const { signal, before } = piece;
    const at = before ? explanation.read_before : explanation.timestep;
    if (signal === null || at === null) return renderPiece(piece);
    const pin = { unit: explanation.unit, timestep: at };
    return html`<button
      class="quiet letter"
      title="Explain the ${labelOf(this.run, explanation.layer, signal)} at timestep ${at}"
      @click=${() => select(this, { signal, pin })}
      >${renderPiece(piece)}</button
    >`;
  }

  /** What the letters of a state's equation stand for. */
  private renderNumbers(explanation: Explanation) {
    const { numbers } = explanation;
    if (numbers.length === 0) return nothing;
    return html`<section aria-label="Letters">
      <table class="letters">
        ${numbers.map(
          (letter) => html`<tr data-letter=${nameOf(letter.pieces)}>
            <td class="mono">${letter.pieces.map((piece) => this.renderLink(piece, explanation))}</td>
            <td>${this.meaningOf(letter, explanation)}</td>
            <td class="number">${renderNumber(letter.value)}</td>
          </tr>`,
        )}
      </table>
    </section>`;
  }

  private meaningOf({ signal, before }: Letter, { layer, read_before: at }: Explanation): string {
    const label = labelOf(this.run, layer, signal);
    if (!before) return label;
    return at === null ? `initial ${label}` : `${label} at timestep ${at}`;
  }

  private renderParts({ parts, pre_activation }: Explanation) {
    const most = largestOf(parts.map(({ value }) => value));
    return html`<section aria-label="Parts">
      <h3>${pre_activation === null ? "Terms" : "Parts of the sum"}</h3>
      <table>
        ${parts.map(
          ({ name, pieces, value }) => html`<tr data-part=${name}>
            <td>${pieces.map(renderPiece)}</td>
            <td class="number">${renderNumber(value)}</td>
            <td>${renderSignedBar(value, most)}</td>
          </tr>`,
        )}
      </table>
    </section>`;
  }
}

/** A letter in ASCII, "c_prev". */
function nameOf(pieces: readonly Piece[]): string {
  return pieces.map(({ text, sub }) => (sub === null ? text : `${text}_${sub}`)).join("");
}

function renderPiece({ text, sub }: Piece) {
  return sub === null ? html`${text}` : html`${text}<sub>${sub}</sub>`;
}

customElements.define("rnn-value-panel", ValuePanel);
