/** What each input and each recurrent unit adds to a sum, the largest first. */
import { html, LitElement, nothing } from "lit";
import type { Contribution } from "../../api/routes.ts";
import { formatEnd } from "../../maths/format.ts";
import { select } from "../../views/events.ts";
import { base } from "../../views/theme.ts";
import { renderNumber } from "../shared/numbers.ts";
import { panelStyles } from "../shared/styles.ts";
import { largestOf } from "./signed.ts";
import { renderSignedBar } from "./signed_bar.ts";
import { valueStyles } from "./styles.ts";

const FIRST = 12;

export class Contributions extends LitElement {
  static override properties = {
    contributions: { attribute: false },
    readAt: { attribute: false },
    pinned: { attribute: false },
    state: { attribute: false },
    all: { state: true },
  };

  static override styles = [base, panelStyles, valueStyles];

  declare contributions: readonly Contribution[];
  /** The timestep read before, whose states these are; null where there is none. */
  declare readAt: number | null;
  /** The units that are pinned already. */
  declare pinned: readonly number[];
  /** The signal of the recurrent contributions; null where it is not known. */
  declare state: string | null;
  declare private all: boolean;

  constructor() {
    super();
    this.all = false;
  }

  override render() {
    const { contributions, readAt } = this;
    const shown = this.all ? contributions : contributions.slice(0, FIRST);
    const most = largestOf(contributions.map(({ value }) => value));
    const units =
      readAt === null
        ? "Units are in their initial state: nothing was read before."
        : `Units are those of timestep ${readAt}, which was read before: click one to see it there.`;
    return html`<section aria-label="Contributions">
      <h3>Strongest contributions</h3>
      <p class="hint">${units}</p>
      <table>
        <thead>
          <tr>
            <th>from</th>
            <th class="number">weight × activity</th>
            <th class="number">value</th>
            <th></th>
          </tr>
        </thead>
        <tbody>
          ${shown.map((one) => this.renderRow(one, most))}
        </tbody>
      </table>
      ${contributions.length > FIRST ? this.renderMore(contributions.length) : nothing}
    </section>`;
  }

  private renderRow(one: Contribution, most: number) {
    const { source, index, weight, activity, value } = one;
    return html`<tr data-source=${source} data-index=${index}>
      <td>${source === "input" ? html`<span title="input feature ${index}">input ${index}</span>` : this.renderUnit(index)}</td>
      <td class="number soft">${renderNumber(weight, null, formatEnd)} × ${renderNumber(activity, null, formatEnd)}</td>
      <td class="number">${renderNumber(value, "value")}</td>
      <td>${renderSignedBar(value, most)}</td>
    </tr>`;
  }

  private renderUnit(unit: number) {
    const { readAt, state } = this;
    if (readAt === null)
      return html`<span title="initial state of recurrent unit ${unit}">unit ${unit}</span>`;
    const pinned = [unit, ...this.pinned.filter((other) => other !== unit)];
    const patch = { pin: { unit, timestep: readAt }, pinned, ...(state === null ? {} : { signal: state }) };
    return html`<button
      class="quiet"
      title="Recurrent unit ${unit} at timestep ${readAt}: show its row there"
      @click=${() => select(this, patch)}
    >
      unit ${unit}
    </button>`;
  }

  private renderMore(count: number) {
    return html`<button
      class="quiet more"
      aria-expanded=${this.all}
      @click=${() => {
        this.all = !this.all;
      }}
    >
      ${this.all ? `First ${FIRST}` : `All ${count}`}
    </button>`;
  }
}

customElements.define("rnn-contributions", Contributions);
