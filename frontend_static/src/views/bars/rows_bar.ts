/** The controls of the rows: their order, the units at the top, and whether the others are hidden. */
import { css, html, LitElement, type PropertyValues } from "lit";
import type { LayerInfo } from "../../api/types.ts";
import type { Ordering } from "../../maths/order.ts";
import { formatUnits, parseUnits } from "../../maths/units.ts";
import { ORDERINGS, type Selection } from "../../state/selection.ts";
import { send } from "../events.ts";
import { barStyles, renderPicker, renderSwitch } from "./pickers.ts";

const NAMES: Readonly<Record<Ordering, string>> = {
  index: "index",
  mean: "mean",
  variance: "variance",
  saturation: "saturation",
  change: "change A to B",
  similarity: "similarity",
};

export class RowsBar extends LitElement {
  static override properties = {
    layer: { attribute: false },
    selection: { attribute: false },
    /** The step on the screen, from which a new order is made. */
    shown: { attribute: false },
    /** Why the rows are not in the selected order. */
    fault: { attribute: false },
    problem: { state: true },
  };

  static override styles = [
    ...barStyles,
    css`
      .problem {
        color: var(--warn);
      }
    `,
  ];

  declare layer: LayerInfo;
  declare selection: Selection;
  declare shown: number | null;
  declare fault: string | null;
  declare private problem: string | null;

  constructor() {
    super();
    this.fault = null;
    this.problem = null;
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    // The problem is about one layer's units; another layer has others.
    if (changed.has("layer") && changed.get("layer")?.key !== this.layer.key) this.problem = null;
  }

  override render() {
    const { order, pinned, only, compare } = this.selection;
    const known = ORDERINGS.filter((by) => by !== "change" || compare !== "off" || order.by === "change");
    const signal = order.signal ?? this.selection.signal ?? "";
    return html`
      ${renderPicker(
        "Order",
        "order",
        known.map((by) => ({ value: by, text: NAMES[by] })),
        order.by,
        (value) => this.orderBy(value as Ordering, signal),
      )}
      ${
        order.by === "index"
          ? ""
          : renderPicker(
              "of",
              "order-signal",
              this.layer.signals.map(({ name, label }) => ({ value: name, text: label })),
              signal,
              (value) => this.orderBy(order.by, value),
            )
      }
      ${order.by === "index" ? "" : this.renderAgain(signal)}
      <label class="field">
        <span>Units</span>
        <input
          name="units"
          placeholder="3, 7, 10-20"
          title="These units stand at the top (p pins the crosshair's)"
          .value=${formatUnits(pinned)}
          aria-invalid=${this.problem !== null}
          @change=${this.onUnits}
        />
      </label>
      ${pinned.length === 0 ? "" : renderSwitch("only these", only, "Put the other units away (h)", () => send(this, "only-toggle", null))}
      ${[this.problem, this.fault].map((sentence) => (sentence === null ? "" : html`<span class="problem" role="alert">${sentence}</span>`))}
    `;
  }

  /** Scrubbing does not shuffle the rows; this button orders them by the step that is shown. */
  private renderAgain(signal: string) {
    const { order } = this.selection;
    if (order.step === null || order.step === this.shown) return "";
    const title = `The order is that of step ${order.step}: make it that of step ${this.shown}`;
    return html`<button class="switch" title=${title} @click=${() => this.orderBy(order.by, signal)}>
      as of ${order.step}, renew
    </button>`;
  }

  private orderBy(by: Ordering, signal: string): void {
    send(this, "order-change", { by, signal });
  }

  private onUnits(event: Event): void {
    const { units, problem } = parseUnits((event.target as HTMLInputElement).value, this.layer.units);
    this.problem = problem;
    send(this, "units-change", units);
  }
}

customElements.define("rnn-rows-bar", RowsBar);
