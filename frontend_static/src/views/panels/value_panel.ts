/** The picked value explained: its equation with its numbers, and what weighed most in it. */
import { html, nothing } from "lit";
import type { Explanation } from "../../api/analyses.ts";
import {
  type Meaning,
  meaningOf,
  notRecomputed,
  type Piece,
  piecesOf,
  sidesOf,
} from "../../maths/equation.ts";
import { signalLabel } from "../../maths/format.ts";
import { largestOf } from "../../maths/signed.ts";
import { explainAsk } from "../../state/asked.ts";
import type { View } from "../../state/view.ts";
import { pickerStyles, renderPicker } from "../bars/pickers.ts";
import { select } from "../events.ts";
import { base } from "../theme.ts";
import "./contributions.ts";
import { Held } from "./held.ts";
import { renderNumber } from "./numbers.ts";
import { Page } from "./page.ts";
import { panelStyles } from "./panel_styles.ts";
import { renderSignedBar } from "./signed_bar.ts";
import { valueStyles } from "./value_styles.ts";

const DTYPES = { F16: "float16", F32: "float32", F64: "float64" } as const;

export class ValuePanel extends Page {
  static override properties = { ...Page.properties, view: { attribute: false } };

  static override styles = [base, pickerStyles, panelStyles, valueStyles];

  declare view: View;
  private readonly held = new Held<Explanation>();

  override render() {
    const { selection, view } = this;
    const options = view.a.layer.signals.map(({ name }) => ({ value: name, text: signalLabel(name) }));
    return html`
      ${renderPicker("Signal", "signal", options, selection.signal ?? "", (signal) => select(this, { signal }))}
      ${selection.pin === null ? this.renderHint() : this.renderExplained()}
    `;
  }

  private renderHint() {
    return html`<p class="hint lone">
      Click a cell of a lane to see what its value is made of: the equation with its numbers, and what weighed most.
    </p>`;
  }

  private renderExplained() {
    const shown = this.held.take(this.analyses, explainAsk(this.selection, this.run));
    return this.renderAnswer(shown, (explanation) => this.renderExplanation(explanation));
  }

  private renderExplanation(explanation: Explanation) {
    const { signal, unit, timestep, step } = explanation;
    return html`
      <section aria-label="Equation" data-step=${step}>
        <h3>${signalLabel(signal)} of unit ${unit} at timestep ${timestep}</h3>
        <p class="hint">${this.run.unit} ${step}, sample ${explanation.sample}</p>
        ${this.renderEquation(explanation)}
      </section>
      ${this.renderNumbers(explanation)} ${this.renderParts(explanation)} ${
        explanation.contributions.length === 0
          ? nothing
          : html`<rnn-contributions
            .contributions=${explanation.contributions}
            .readAt=${explanation.read_before}
            .pinned=${this.selection.pinned}
          ></rnn-contributions>`
      }
    `;
  }

  private renderEquation(explanation: Explanation) {
    const { equation, text, value, captured, signal } = explanation;
    const unknown = notRecomputed(text);
    const [left = "", right = ""] = equation.split(" = ");
    const dtype = this.view.a.trace.signals.get(signal)?.dtype;
    return html`<div class="equation">
        <span>${piecesOf(left).map(renderPiece)}</span><span>=</span>
        <span>${piecesOf(right).map((piece) => this.renderLink(piece, explanation))}</span>
        ${sidesOf(text).map((side) => html`<span></span><span>=</span><span>${side}</span>`)}
        <span></span><span>=</span><b>${renderNumber(value, "computed")}</b>
      </div>
      ${unknown === null ? nothing : html`<p class="hint">${unknown}</p>`}
      <p class="hint">
        Stored as ${renderNumber(captured, "stored")}${dtype === undefined ? nothing : ` (${DTYPES[dtype]})`}
      </p>`;
  }

  /** A letter that stands for another value of this layer leads to that value's own explanation. */
  private renderLink(piece: Piece, explanation: Explanation) {
    const meaning = piece.symbol === null ? null : meaningOf(piece.symbol);
    const at = meaning?.before ? explanation.read_before : explanation.timestep;
    if (meaning === null || at === null) return renderPiece(piece);
    const pin = { unit: explanation.unit, timestep: at };
    return html`<button
      class="quiet letter"
      title="Explain the ${signalLabel(meaning.signal)} at timestep ${at}"
      @click=${() => select(this, { signal: meaning.signal, pin })}
      >${renderPiece(piece)}</button
    >`;
  }

  /** What the letters of a state's equation stand for. */
  private renderNumbers(explanation: Explanation) {
    const numbers = Object.entries(explanation.numbers);
    if (numbers.length === 0) return nothing;
    return html`<section aria-label="Letters">
      <table class="letters">
        ${numbers.map(([symbol, value]) => {
          const meaning = meaningOf(symbol);
          return html`<tr data-letter=${symbol}>
            <td class="mono">${piecesOf(symbol).map((piece) => this.renderLink(piece, explanation))}</td>
            <td>${meaning === null ? nothing : this.nameOf(meaning, explanation)}</td>
            <td class="number">${renderNumber(value)}</td>
          </tr>`;
        })}
      </table>
    </section>`;
  }

  private nameOf({ signal, before }: Meaning, explanation: Explanation): string {
    if (!before) return signalLabel(signal);
    const at = explanation.read_before;
    return at === null ? `initial ${signalLabel(signal)}` : `${signalLabel(signal)} at timestep ${at}`;
  }

  private renderParts({ parts, pre_activation }: Explanation) {
    const entries = Object.entries(parts);
    const most = largestOf(entries.map(([, value]) => value));
    return html`<section aria-label="Parts">
      <h3>${pre_activation === null ? "Terms" : "Parts of the sum"}</h3>
      <table>
        ${entries.map(
          ([name, value]) => html`<tr data-part=${name}>
            <td>${piecesOf(name).map(renderPiece)}</td>
            <td class="number">${renderNumber(value)}</td>
            <td>${renderSignedBar(value, most)}</td>
          </tr>`,
        )}
      </table>
    </section>`;
  }
}

function renderPiece({ text, sub }: Piece) {
  return sub === null ? html`${text}` : html`${text}<sub>${sub}</sub>`;
}

customElements.define("rnn-value-panel", ValuePanel);
