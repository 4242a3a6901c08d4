/** The controls of the comparison: how A and B are compared, and what B is. */
import { html, LitElement, nothing } from "lit";
import type { RunEntry, RunInfo } from "../../api/types.ts";
import { isBounded } from "../../state/lanes.ts";
import { layerOf } from "../../state/layers.ts";
import { CONTRASTS, type Comparing, type Selection } from "../../state/selection.ts";
import { select, send } from "../events.ts";
import { barStyles, renderPicker, renderSwitch } from "./pickers.ts";
import { layerOptions, runOptions } from "./top_bar.ts";

const MODES: readonly (readonly [Comparing, string, string])[] = [
  ["off", "A", "One picture"],
  ["side", "A | B", "Side by side"],
  ["difference", "A − B", "The signed difference"],
];

/** The option that is no factor. */
const EXTREMES = "extremes";

/** Statistics of A and B are drawn in one chart: their difference would be that of no unit. */
const OVERVIEW_MODES: typeof MODES = [
  ["off", "A", "One epoch"],
  ["side", "A | B", "Both in one chart"],
];

export class CompareBar extends LitElement {
  static override properties = {
    runs: { attribute: false },
    run: { attribute: false },
    otherRun: { attribute: false },
    selection: { attribute: false },
  };

  static override styles = barStyles;

  declare runs: readonly RunEntry[];
  declare run: RunInfo;
  declare otherRun: RunInfo | null;
  declare selection: Selection;

  override render() {
    const { compare, overview } = this.selection;
    const drawn = overview && compare === "difference" ? "side" : compare;
    return html`
      <div class="segments" role="group" aria-label="Compare">
        ${(overview ? OVERVIEW_MODES : MODES).map(([mode, text, title]) =>
          renderSwitch(text, drawn === mode, `${title} (c)`, () => send(this, "compare-change", mode)),
        )}
      </div>
      ${compare === "off" ? nothing : this.renderOther()} ${this.needsContrast ? this.renderContrast() : nothing}
    `;
  }

  /** Differences are small against the range of their signal, and so are most values of a state without a range. */
  private get needsContrast(): boolean {
    const { compare, overview } = this.selection;
    return !overview && (compare === "difference" || this.hasUnbounded);
  }

  private get hasUnbounded(): boolean {
    const layer = layerOf(this.run, this.selection.layer);
    return layer?.signals.some((signal) => !isBounded(signal)) ?? false;
  }

  private renderOther() {
    const { runs, otherRun, selection } = this;
    const { other, run } = selection;
    const steps = otherRun?.steps ?? [];
    const unit = otherRun?.unit ?? this.run.unit;
    const layers = otherRun ? layerOptions(otherRun) : [];
    return html`
      ${renderPicker("B", "other-run", runOptions(runs, other.run), other.run ?? run ?? "", (value) =>
        send(this, "other-run-change", value),
      )}
      ${
        layers.length < 2 && other.run === null
          ? nothing
          : renderPicker(
              "Layer",
              "other-layer",
              [{ value: "", text: "same" }, ...layers],
              other.layer ?? "",
              (value) => send(this, "other-layer-change", value || null),
            )
      }
      ${renderPicker(
        unit === "epoch" ? "Epoch" : "Batch",
        "other-step",
        [{ value: "", text: "same" }, ...steps.map((step) => ({ value: String(step), text: String(step) }))],
        other.step === null ? "" : String(other.step),
        (value) => send(this, "other-step-change", value === "" ? null : Number(value)),
      )}
      <button class="switch" title="A and B change places (x)" @click=${() => send(this, "swap", null)}>
        swap
      </button>
    `;
  }

  private renderContrast() {
    const { contrast, extremes } = this.selection;
    const plain = this.hasUnbounded ? "typical values" : "whole range";
    const options = CONTRASTS.map((times) => ({
      value: String(times),
      text: times === 1 ? plain : `${times} × stronger`,
    }));
    if (this.hasUnbounded) options.splice(1, 0, { value: EXTREMES, text: "up to the extremes" });
    return renderPicker("Colours", "contrast", options, extremes ? EXTREMES : String(contrast), (value) =>
      select(
        this,
        value === EXTREMES ? { extremes: true, contrast: 1 } : { extremes: false, contrast: Number(value) },
      ),
    );
  }
}

customElements.define("rnn-compare-bar", CompareBar);
