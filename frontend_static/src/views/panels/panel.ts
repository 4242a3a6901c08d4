/** The panel beside the timeline: its tabs, and whichever of its pages is open. */
import { css, html, LitElement, nothing } from "lit";
import { goToStep } from "../../state/actions/steps.ts";
import { PANELS, type Panel } from "../../state/selection.ts";
import type { Store } from "../../state/store.ts";
import { select } from "../events.ts";
import { base } from "../theme.ts";
import "./detectors_panel.ts";
import "./findings_panel.ts";
import "./match_panel.ts";
import "./memory_panel.ts";
import { PANEL_WIDTH } from "./panel_styles.ts";
import "./unit_panel.ts";
import "./value_panel.ts";
import "./weights_panel.ts";

const NAMES: Readonly<Record<Panel, readonly [string, string]>> = {
  unit: ["Unit", "The picked unit over all steps (i)"],
  value: ["Value", "The picked value explained (e)"],
  findings: ["Findings", "What looks wrong, and why (d)"],
  detectors: ["Detectors", "Which units track an annotation (4)"],
  match: ["Match", "Where else the same units are on (5)"],
  weights: ["Weights", "W, U and b of each gate (6)"],
  memory: ["Memory", "How far back units remember (7)"],
};

export class PanelFrame extends LitElement {
  static override properties = { open: { attribute: false } };

  static override styles = [
    base,
    css`
      :host {
        display: grid;
        grid-template-rows: auto minmax(0, 1fr);
        width: ${PANEL_WIDTH}px;
        height: 100%;
        min-height: 0;
        border-left: 1px solid var(--rule);
      }
      nav {
        display: flex;
        gap: 0 2px;
        flex-wrap: wrap;
        padding: 8px 16px 6px;
      }
      button {
        height: 26px;
        padding: 0 8px;
        font-size: 12px;
      }
      button[aria-current="page"] {
        background: color-mix(in srgb, var(--accent) 14%, var(--page));
        color: var(--accent);
      }
      aside {
        overflow: hidden auto;
        padding: 4px 20px 20px;
      }
    `,
  ];

  declare open: Panel;

  override render() {
    return html`<nav aria-label="Panels">
        ${PANELS.map((panel) => {
          const [name, title] = NAMES[panel];
          return html`<button
            class="quiet"
            title=${title}
            aria-current=${panel === this.open ? "page" : nothing}
            @click=${() => select(this, { panel })}
          >
            ${name}
          </button>`;
        })}
      </nav>
      <aside aria-label=${NAMES[this.open][0]}><slot></slot></aside>`;
  }
}

/** The open panel; nothing where none is, or there is no picture that it could be about. */
export function renderPanel(store: Store) {
  const { selection, view, run, panels } = store;
  const { inspection, analyses } = panels;
  if (selection.panel === null || view === null || run === null) return nothing;
  const goTo = (event: CustomEvent<number>) => goToStep(store, event.detail);
  const pages = {
    unit: () => html`<rnn-unit-panel
      .view=${view}
      .selection=${selection}
      .evolution=${inspection.evolution}
      .change=${inspection.change}
      .fault=${inspection.fault}
      @step-change=${goTo}
    ></rnn-unit-panel>`,
    value: () =>
      html`<rnn-value-panel .view=${view} .run=${run} .selection=${selection} .analyses=${analyses}></rnn-value-panel>`,
    findings: () =>
      html`<rnn-findings-panel .run=${run} .selection=${selection} .analyses=${analyses} @step-change=${goTo}></rnn-findings-panel>`,
    detectors: () =>
      html`<rnn-detectors-panel .run=${run} .selection=${selection} .analyses=${analyses} @step-change=${goTo}></rnn-detectors-panel>`,
    match: () =>
      html`<rnn-match-panel .run=${run} .selection=${selection} .analyses=${analyses} @step-change=${goTo}></rnn-match-panel>`,
    weights: () =>
      html`<rnn-weights-panel .run=${run} .selection=${selection} .analyses=${analyses} @step-change=${goTo}></rnn-weights-panel>`,
    memory: () =>
      html`<rnn-memory-panel .run=${run} .selection=${selection} .analyses=${analyses}></rnn-memory-panel>`,
  };
  return html`<rnn-panel .open=${selection.panel}>${pages[selection.panel]()}</rnn-panel>`;
}

customElements.define("rnn-panel", PanelFrame);
