/** One number per gate over training: the chosen gate's line in colour, the others grey. */
import { css, html, LitElement, nothing, svg } from "lit";
import type { StepUnit } from "../../api/types.ts";
import { formatEnd, formatValue, signalLabel } from "../../maths/format.ts";
import { stepAt, stepX, trainingPath } from "../../maths/training.ts";
import { nearestStep } from "../../state/steps.ts";
import { send } from "../events.ts";
import { base } from "../theme.ts";
import { gutterStyles, PLOT_WIDTH } from "./gutter.ts";
import { panelStyles } from "./panel_styles.ts";
import { renderSurface } from "./surface.ts";

const HEIGHT = 88;
const MARGIN = 8;

export interface TrainingLine {
  readonly name: string;
  /** One per step. */
  readonly values: readonly number[];
}

export class TrainingLines extends LitElement {
  static override properties = {
    lines: { attribute: false },
    steps: { attribute: false },
    /** All steps of the run: the training axis. */
    all: { attribute: false },
    chosen: { attribute: false },
    now: { type: Number },
    unit: { attribute: false },
    label: { attribute: false },
    /** A value with a line of its own. */
    level: { attribute: false },
    hovered: { state: true },
  };

  static override styles = [
    base,
    panelStyles,
    gutterStyles,
    css`
      .other {
        stroke: var(--faint);
        stroke-width: 1.25;
      }
      .level {
        stroke: var(--soft);
      }
      td:first-child .quiet {
        color: var(--soft);
      }
      td:first-child .quiet[aria-pressed="true"] {
        color: var(--accent);
        font-weight: 600;
      }
    `,
  ];

  declare lines: readonly TrainingLine[];
  declare steps: readonly number[];
  declare all: readonly number[];
  declare chosen: string;
  declare now: number;
  declare unit: StepUnit;
  declare label: string;
  declare level: number | null;
  declare private hovered: number | null;

  constructor() {
    super();
    this.level = null;
    this.hovered = null;
  }

  override render() {
    const top = this.lines.flatMap(({ values }) => values).reduce(largerFinite, this.level ?? 0);
    const box = { width: PLOT_WIDTH, top: MARGIN, bottom: HEIGHT - MARGIN, domain: [0, top || 1] as const };
    const x = stepX(this.hovered ?? this.now, this.all, PLOT_WIDTH).toFixed(1);
    const drawn = this.lines.toSorted(
      (a, b) => Number(a.name === this.chosen) - Number(b.name === this.chosen),
    );
    return html`<div class="chart">
        ${[0, ...(this.level === null ? [] : [this.level]), box.domain[1]].map((end) => html`<span class="end" style="top: ${placeOf(end, box)}px">${formatEnd(end)}</span>`)}
        ${renderSurface(
          {
            width: PLOT_WIDTH,
            height: HEIGHT,
            label: this.label,
            at: (x) => stepAt(x, this.all, PLOT_WIDTH),
            hover: (step) => {
              this.hovered = step;
            },
            pick: (step) => send(this, "step-change", step),
          },
          svg`<path class="grid" d="M0 ${box.top}H${PLOT_WIDTH}M0 ${box.bottom}H${PLOT_WIDTH}" />
            ${this.level === null ? nothing : svg`<path class="level" d="M0 ${placeOf(this.level, box)}H${PLOT_WIDTH}" />`}
            ${drawn.map(({ name, values }) => svg`<path data-line=${name} class=${name === this.chosen ? "value" : "other"} d=${trainingPath(this.steps, values.map(orNull), box)} />`)}
            <path class="now" d="M${x} 0V${HEIGHT}" />`,
        )}
      </div>
      <div class="axis hint"><span>${this.unit} ${this.all[0]}</span><span>${this.all.at(-1)}</span></div>
      ${this.renderValues()}`;
  }

  private renderValues() {
    const step = nearestStep(this.steps, this.hovered ?? this.now);
    const row = this.steps.indexOf(step ?? -1);
    return html`<table>
      <thead>
        <tr>
          <th>gate</th>
          <th class="number">at ${this.unit} ${step}</th>
        </tr>
      </thead>
      ${this.lines.map(
        ({ name, values }) => html`<tr data-gate=${name}>
          <td>
            <button class="quiet" aria-pressed=${name === this.chosen} @click=${() => send(this, "gate-change", name)}>
              ${signalLabel(name)}
            </button>
          </td>
          <td class="number"><data value=${String(values[row])} data-step=${step}>${formatValue(values[row] ?? Number.NaN)}</data></td>
        </tr>`,
      )}
    </table>`;
  }
}

interface Box {
  readonly top: number;
  readonly bottom: number;
  readonly domain: readonly [number, number];
}

/** The height of a value, from the top. */
function placeOf(value: number, { top, bottom, domain }: Box): number {
  return Math.round(bottom - (value / domain[1]) * (bottom - top));
}

function largerFinite(most: number, value: number): number {
  return Number.isFinite(value) ? Math.max(most, value) : most;
}

function orNull(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

customElements.define("rnn-training-lines", TrainingLines);
