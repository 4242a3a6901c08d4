/** The top bar: pickers of the run, the layer and the sample, and buttons. */
import { css, html, LitElement, nothing } from "lit";
import type { RunEntry, RunInfo } from "../../api/types.ts";
import { visibleToken } from "../../maths/format.ts";
import { rowsOf } from "../../state/batch_rows.ts";
import { layerOf } from "../../state/layers.ts";
import type { Selection } from "../../state/selection.ts";
import type { Help } from "./help.ts";
import "./help.ts";
import { send } from "../events.ts";
import { barStyles, type Option, renderPicker } from "./pickers.ts";

export class TopBar extends LitElement {
  static override properties = {
    runs: { attribute: false },
    run: { attribute: false },
    selection: { attribute: false },
  };

  static override styles = [
    ...barStyles,
    css`
      :host {
        min-height: 48px;
        padding: 6px 20px;
      }
      h1 {
        width: 152px;
        margin: 0;
        font-weight: 600;
        font-size: 15px;
        line-height: 20px;
      }
      .end {
        display: flex;
        gap: 4px;
        margin-left: auto;
      }
    `,
  ];

  declare runs: readonly RunEntry[] | null;
  declare run: RunInfo | null;
  declare selection: Selection;

  toggleHelp(): void {
    this.renderRoot.querySelector<Help>("rnn-help")?.toggle();
  }

  override render() {
    const { run, runs, selection } = this;
    return html`
      <h1>RNN Timeline</h1>
      ${this.renderPicker("Run", "run", runOptions(runs ?? [], selection.run), selection.run)}
      ${
        run === null
          ? nothing
          : html`${this.renderPicker("Layer", "layer", layerOptions(run), selection.layer)}
            ${
              // The overview is of all samples.
              selection.overview
                ? nothing
                : this.renderPicker(
                    "Sample",
                    "sample",
                    sampleOptions(run, selection.layer),
                    String(selection.sample),
                  )
            }`
      }
      <div class="end"><slot></slot><rnn-help></rnn-help></div>
    `;
  }

  private renderPicker(label: string, name: string, options: readonly Option[], chosen: string | null) {
    return renderPicker(label, name, options, chosen ?? "", (detail) => send(this, `${name}-change`, detail));
  }
}

export function runOptions(runs: readonly RunEntry[], chosen: string | null): Option[] {
  const options = runs.map(({ name }) => ({ value: name, text: name }));
  // A run that is gone stays listed until another is chosen: the picker must not name a wrong one.
  if (chosen !== null && options.length > 0 && !runs.some(({ name }) => name === chosen)) {
    return [{ value: chosen, text: `${chosen} (gone)` }, ...options];
  }
  return options;
}

export function layerOptions(run: RunInfo): Option[] {
  return run.layers.map(({ key }) => ({ value: key, text: key }));
}

function sampleOptions(run: RunInfo, key: string | null): Option[] {
  return rowsOf(run, layerOf(run, key)).map(({ name }, i) => {
    const shown = [...name].map((char) => (char === " " ? char : visibleToken(char))).join("");
    const isIndex = name === `sample ${i}` || name === `row ${i}`;
    return { value: String(i), text: isIndex ? name : `${i} · ${shown}` };
  });
}

customElements.define("rnn-top-bar", TopBar);
