/** The search in the tokens of the probe: a field, and how many matches there are. */
import { css, html, LitElement, nothing } from "lit";
import type { Match } from "../../state/finder.ts";
import { send } from "../events.ts";
import { barStyles } from "./pickers.ts";

export class FindBox extends LitElement {
  static override properties = {
    query: { attribute: false },
    /** null while the tokens are on their way. */
    places: { attribute: false },
    at: { attribute: false },
  };

  static override styles = [
    ...barStyles,
    css`
      :host {
        gap: 4px;
        flex-wrap: nowrap;
      }
      .count {
        min-width: 56px;
        color: var(--soft);
        white-space: nowrap;
      }
    `,
  ];

  declare query: string;
  declare places: readonly Match[] | null;
  /** Which of the matches was gone to last; null if none. */
  declare at: number | null;

  override focus(): void {
    this.renderRoot.querySelector("input")?.focus();
  }

  override render() {
    return html`
      <label class="field">
        <span>Find</span>
        <input
          name="find"
          type="search"
          placeholder="in the tokens"
          title="Enter goes to the next place in any sample, Shift Enter back (/)"
          .value=${this.query}
          @input=${(event: Event) => send(this, "find-change", (event.target as HTMLInputElement).value)}
          @keydown=${this.onKey}
        />
      </label>
      ${this.query === "" ? nothing : html`<span class="count" role="status">${this.count()}</span>`}
    `;
  }

  private count(): string {
    const { places, at } = this;
    if (places === null) return "…";
    if (places.length === 0) return "nowhere";
    return at === null ? `${places.length}` : `${at + 1} of ${places.length}`;
  }

  private onKey(event: KeyboardEvent): void {
    if (event.key === "Escape") {
      // By default a search field empties itself; the matches must stay, for n and N.
      event.preventDefault();
      (event.target as HTMLInputElement).blur();
    }
    if (event.key === "Enter") send<1 | -1>(this, "find-go", event.shiftKey ? -1 : 1);
  }
}

customElements.define("rnn-find-box", FindBox);
