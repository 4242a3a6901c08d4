/** The panel beside the timeline: a tab for each panel, and the element of the open one. */
import { css, html, LitElement, nothing } from "lit";
import type { RunInfo } from "../api/types.ts";
import type { Panel, Selection } from "../state/selection.ts";
import type { View } from "../state/view.ts";
import { select, send } from "../views/events.ts";
import { base } from "../views/theme.ts";
import type { AnswerLookup } from "./query.ts";
import { PANELS, REGISTRY, tooltipOf } from "./registry.ts";
import type { PanelElement } from "./shared/page.ts";
import { PANEL_WIDTH } from "./shared/styles.ts";

export class PanelFrame extends LitElement {
  static override properties = {
    // The answers behind the same objects change, so every update of the tab redraws the open panel.
    run: { attribute: false, hasChanged: () => true },
    selection: { attribute: false },
    view: { attribute: false },
    answers: { attribute: false },
  };

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

  declare run: RunInfo;
  declare selection: Selection;
  declare view: View;
  declare answers: AnswerLookup;
  /** The open panel's element, once it is loaded. */
  private page: { readonly panel: Panel; readonly element: PanelElement } | null = null;

  override render() {
    const open = this.selection.panel;
    if (open === null) return nothing;
    return html`<nav aria-label="Panels">
        ${PANELS.map(
          (panel) => html`<button
            class="quiet"
            title=${tooltipOf(panel)}
            aria-current=${panel === open ? "page" : nothing}
            @click=${() => select(this, { panel })}
          >
            ${REGISTRY[panel].title}
          </button>`,
        )}
      </nav>
      <aside aria-label=${REGISTRY[open].title}>${this.elementOf(open)}</aside>`;
  }

  private elementOf(panel: Panel) {
    if (this.page?.panel !== panel) {
      this.page = null;
      void this.load(panel);
      return nothing;
    }
    const { run, selection, view, answers } = this;
    const { element } = this.page;
    Object.assign(element, { run, selection, view, answers });
    element.requestUpdate();
    return element;
  }

  private async load(panel: Panel): Promise<void> {
    const { default: Element } = await REGISTRY[panel].element();
    if (this.selection.panel !== panel || this.page !== null) return;
    const element = new Element();
    element.addEventListener("step-change", (event) =>
      send(this, "step-change", (event as CustomEvent<number>).detail),
    );
    this.page = { panel, element };
    this.requestUpdate();
  }
}

customElements.define("rnn-panel", PanelFrame);
