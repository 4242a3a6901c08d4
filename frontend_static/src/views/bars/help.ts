/** The help: what the mouse and the keys do. */
import { css, html, LitElement } from "lit";
import { PANELS } from "../../panels/registry.ts";
import { popoverStyles } from "../popover_styles.ts";
import { base } from "../theme.ts";

const ROWS: readonly (readonly [string, string])[] = [
  ["← →", "one captured step back, on"],
  ["Shift ← →", "ten steps"],
  ["Home End", "first, last step"],
  ["Space", "play, pause"],
  ["l", "follow the newest step"],
  ["c", "compare: one picture, A beside B, A − B"],
  [", .", "B: one captured step back, on; so does Shift with the mouse on the slider"],
  ["x", "A and B change places"],
  ["[ ]  { }", "crosshair: one timestep back, on; ten timesteps. What is zoomed pans along"],
  ["Alt ↑ ↓", "crosshair: one row up, down"],
  ["click", "pin the crosshair; again, or Esc, lets go"],
  ["i", `the picked unit over all steps; 1 to ${PANELS.length} open the other panels`],
  ["d, e", "findings; the picked value explained"],
  ["Shift drag, ( )", "brush timesteps to match; from, to the crosshair"],
  ["p", "the crosshair's unit to the top, and back"],
  ["h", "put the other units away"],
  ["/", "find in the tokens; Enter, n and N go from place to place"],
  ["v", "overview of the run"],
  ["Ctrl wheel, + −", "zoom in time; a plain wheel zooms when nothing needs scrolling"],
  ["drag, Shift wheel", "pan in time"],
  ["double click, 0", "show the whole sequence"],
];

export class Help extends LitElement {
  static override styles = [
    base,
    popoverStyles,
    css`
      button {
        width: 32px;
        height: 32px;
        font-weight: 600;
      }
      [popover] {
        max-width: 460px;
        padding: 16px 20px;
      }
      dl {
        display: grid;
        grid-template-columns: auto 1fr;
        gap: 6px 20px;
        margin: 0;
      }
      dt {
        white-space: nowrap;
      }
      dd {
        margin: 0;
        color: var(--soft);
      }
      p {
        margin: 14px 0 0;
        padding-top: 12px;
        border-top: 1px solid var(--rule);
        color: var(--soft);
      }
    `,
  ];

  constructor() {
    super();
    // Escape closes the help only: the crosshair stays.
    this.addEventListener("keydown", (event) => {
      const isOpen = this.renderRoot.querySelector("[popover]")?.matches(":popover-open") ?? false;
      if (isOpen && event.key === "Escape") event.stopPropagation();
    });
  }

  toggle(): void {
    this.renderRoot.querySelector<HTMLElement>("[popover]")?.togglePopover();
  }

  override render() {
    return html`
      <button class="quiet" popovertarget="keys" aria-label="Keys and mouse" title="Keys and mouse (?)">?</button>
      <div id="keys" popover role="dialog" aria-label="Keys and mouse">
        <dl>${ROWS.map(([keys, text]) => html`<dt>${keys}</dt><dd>${text}</dd>`)}</dl>
        <p>
          Colours are fixed per signal over all steps and samples, and the same for A and B. Stronger colours are for
          differences and for states without a range; the ends of the legend then say what lies beyond them. Where several units or timesteps share one pixel,
          the value farthest from the middle of the scale is painted; the numbers are always those of one unit at
          one timestep, to five digits.
        </p>
      </div>
    `;
  }
}

customElements.define("rnn-help", Help);
