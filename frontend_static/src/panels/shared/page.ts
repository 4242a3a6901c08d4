/** The base class of the panels' elements: their properties, and how they show an answer. */
import { html, LitElement } from "lit";
import type { RunInfo } from "../../api/types.ts";
import type { Answer } from "../../state/fetched.ts";
import type { Selection } from "../../state/selection.ts";
import type { View } from "../../state/view.ts";
import { send } from "../../views/events.ts";
import type { AnswerLookup } from "../query.ts";

export class PanelElement extends LitElement {
  static override properties: Record<string, object> = {
    run: { attribute: false },
    selection: { attribute: false },
    view: { attribute: false },
    answers: { attribute: false },
  };

  declare run: RunInfo;
  declare selection: Selection;
  /** What is painted; while a step loads, it is of the step before. */
  declare view: View;
  declare answers: AnswerLookup;

  /** Renders an answer, its fault, or that it is being read. */
  protected renderAnswer<T>({ data, fault }: Answer<T>, render: (data: T) => unknown): unknown {
    if (fault !== null) return html`<p class="fault" role="alert">${fault}</p>`;
    return data === null ? html`<p class="hint loading" role="status">Reading…</p>` : render(data);
  }

  protected goTo(step: number | null): void {
    if (step !== null) send(this, "step-change", step);
  }
}
