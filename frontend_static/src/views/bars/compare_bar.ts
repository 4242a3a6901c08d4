/** Which two pictures are compared, and how. */
import { html, LitElement, nothing } from "lit";
import type { RunEntry, RunInfo } from "../../api/types.ts";
import { isBounded } from "../../state/lanes.ts";
import { AS_FIRST, CONTRASTS, type Comparing, type Selection } from "../../state/selection.ts";
import { select } from "../events.ts";
import { barStyles, renderPicker, renderSwitch } from "./pickers.ts";
import { layerOptions, runOptions } from "./top_bar.ts";

const MODES: readonly (readonly [Comparing, string, string])[] = [
  ["off", "A", "One picture"],
  ["side", "A | B", "Side by side"],
  ["difference", "A − B", "The signed difference"],
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
    const { compare } = this.selection;
    return html`
      <div class="segments" role="group" aria-label="Compare">
        ${MODES.map(([mode, text, title]) =>
          renderSwitch(text, compare === mode, `${title} (c)`, () =>
            select(this, comparePatch(this.selection, this.run, mode)),
          ),
        )}
      </div>
      ${compare === "off" ? nothing : this.renderOther()} ${this.needsContrast ? this.renderContrast() : nothing}
    `;
  }

  /** Differences are small beside the range of what differs, and so is most of a state that has no range. */
  private get needsContrast(): boolean {
    const { compare, layer, overview } = this.selection;
    const signals = this.run.layers.find(({ key }) => key === layer)?.signals ?? [];
    return !overview && (compare === "difference" || signals.some((signal) => !isBounded(signal)));
  }

  private renderOther() {
    const { runs, otherRun, selection } = this;
    const { other, run } = selection;
    const patch = (change: Partial<Selection["other"]>) => select(this, { other: { ...other, ...change } });
    const steps = otherRun?.steps ?? [];
    const unit = otherRun?.unit ?? this.run.unit;
    const layers = otherRun ? layerOptions(otherRun) : [];
    return html`
      ${renderPicker("B", "other-run", runOptions(runs, other.run), other.run ?? run ?? "", (value) =>
        select(this, {
          other: { ...AS_FIRST, run: value === run ? null : value, step: value === run ? other.step : null },
        }),
      )}
      ${
        layers.length < 2 && other.run === null
          ? nothing
          : renderPicker(
              "Layer",
              "other-layer",
              [{ value: "", text: "same" }, ...layers],
              other.layer ?? "",
              (value) => patch({ layer: value || null }),
            )
      }
      ${renderPicker(
        unit === "epoch" ? "Epoch" : "Batch",
        "other-step",
        [{ value: "", text: "same" }, ...steps.map((step) => ({ value: String(step), text: String(step) }))],
        other.step === null ? "" : String(other.step),
        (value) => patch({ step: value === "" ? null : Number(value) }),
      )}
      <button class="switch" title="A and B change places (x)" @click=${() => this.dispatchEvent(new Event("swap"))}>
        swap
      </button>
    `;
  }

  private renderContrast() {
    const options = CONTRASTS.map((times) => ({
      value: String(times),
      text: times === 1 ? "whole range" : `${times} × stronger`,
    }));
    return renderPicker("Colours", "contrast", options, String(this.selection.contrast), (value) =>
      select(this, { contrast: Number(value) }),
    );
  }
}

/** Compared for the first time, one run is set against its own beginning: that is what training changed. */
export function comparePatch({ other }: Selection, run: RunInfo, compare: Comparing): Partial<Selection> {
  const isUnset = other.run === null && other.layer === null && other.step === null;
  const first = run.steps[0] ?? null;
  return isUnset && compare !== "off" ? { compare, other: { ...other, step: first } } : { compare };
}

customElements.define("rnn-compare-bar", CompareBar);
