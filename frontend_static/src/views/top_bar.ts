/** The pickers: run, layer, sample. */
import { css, html, LitElement, nothing } from "lit";
import type { RunEntry, RunInfo } from "../api/types.ts";
import { visibleToken } from "../maths/format.ts";
import type { Selection } from "../state/selection.ts";
import type { Help } from "./help.ts";
import "./help.ts";
import { base } from "./theme.ts";

interface Option {
  readonly value: string;
  readonly text: string;
}

export class TopBar extends LitElement {
  static override properties = {
    runs: { attribute: false },
    run: { attribute: false },
    selection: { attribute: false },
  };

  static override styles = [
    base,
    css`
      :host {
        display: flex;
        gap: 8px;
        align-items: center;
        min-height: 52px;
        padding: 8px 20px;
        flex-wrap: wrap;
      }
      h1 {
        width: 152px;
        margin: 0;
        font-weight: 600;
        font-size: 15px;
        line-height: 20px;
      }
      label {
        display: flex;
        position: relative;
        align-items: center;
        height: 32px;
        border-radius: 8px;
        background: var(--raised);
      }
      label > span {
        padding-left: 12px;
        color: var(--soft);
      }
      select {
        max-width: 320px;
        height: 32px;
        padding: 0 28px 0 8px;
        border: 0;
        border-radius: 8px;
        background: transparent;
        text-overflow: ellipsis;
        cursor: pointer;
        appearance: none;
      }
      option {
        background: var(--page);
      }
      label::after {
        position: absolute;
        right: 12px;
        width: 5px;
        height: 5px;
        margin-top: -3px;
        border: solid var(--soft);
        border-width: 0 1.5px 1.5px 0;
        content: "";
        transform: rotate(45deg);
        pointer-events: none;
      }
      rnn-help {
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
      ${this.renderPicker("Run", "run", this.runOptions(runs ?? []), selection.run)}
      ${
        run === null
          ? nothing
          : html`${this.renderPicker("Layer", "layer", layerOptions(run), selection.layer)}
            ${this.renderPicker("Sample", "sample", sampleOptions(run), String(selection.sample))}`
      }
      <rnn-help></rnn-help>
    `;
  }

  private runOptions(runs: readonly RunEntry[]): Option[] {
    const options = runs.map(({ name }) => ({ value: name, text: name }));
    const chosen = this.selection.run;
    // A run that went away stays named until another is chosen; the picker must not name a wrong one.
    if (chosen !== null && options.length > 0 && !runs.some(({ name }) => name === chosen)) {
      return [{ value: chosen, text: `${chosen} (gone)` }, ...options];
    }
    return options;
  }

  private renderPicker(label: string, name: string, options: readonly Option[], chosen: string | null) {
    if (options.length === 0) return nothing;
    return html`<label>
      <span>${label}</span>
      <select
        name=${name}
        .value=${chosen ?? ""}
        @change=${(event: Event) => this.send(`${name}-change`, (event.target as HTMLSelectElement).value)}
      >
        ${options.map(
          ({ value, text }) => html`<option value=${value} .selected=${value === chosen}>${text}</option>`,
        )}
      </select>
    </label>`;
  }

  private send(name: string, detail: string): void {
    this.dispatchEvent(new CustomEvent<string>(name, { detail }));
  }
}

function layerOptions(run: RunInfo): Option[] {
  return run.layers.map(({ key }) => ({ value: key, text: key }));
}

function sampleOptions(run: RunInfo): Option[] {
  return run.samples.map(({ name }, i) => {
    const shown = [...name].map((char) => (char === " " ? char : visibleToken(char))).join("");
    return { value: String(i), text: name === `sample ${i}` ? name : `${i} · ${shown}` };
  });
}

customElements.define("rnn-top-bar", TopBar);
