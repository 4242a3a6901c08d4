/** What the pages of the panel have in common: what they are given, and that answers redraw them. */
import { html, LitElement } from "lit";
import type { RunInfo } from "../../api/types.ts";
import type { Analyses, Answered } from "../../state/analyses.ts";
import type { Selection } from "../../state/selection.ts";

export class Page extends LitElement {
  static override properties: Record<string, object> = {
    // The same objects say other things as answers come, so every update of the tab redraws the open page.
    run: { attribute: false, hasChanged: () => true },
    selection: { attribute: false },
    analyses: { attribute: false },
  };

  declare run: RunInfo;
  declare selection: Selection;
  declare analyses: Analyses;

  /** What an answer shows: itself, why it does not come, or that it is on its way. */
  protected renderAnswer<T>({ data, fault }: Answered<T>, render: (data: T) => unknown): unknown {
    if (fault !== null) return html`<p class="fault" role="alert">${fault}</p>`;
    return data === null ? html`<p class="hint loading" role="status">Reading…</p>` : render(data);
  }
}
