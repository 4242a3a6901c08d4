/** One number per gate over training: the chosen gate's line in colour, the others grey. */
import { css, html, LitElement } from "lit";
import type { StepUnit } from "../../api/types.ts";
import { linearAxis, stepAxis } from "../../charts/axes.ts";
import { type Chart, MAIN, OTHER } from "../../charts/chart.ts";
import "../../charts/line_chart.ts";
import { formatValue } from "../../maths/format.ts";
import { nearestStep } from "../../state/steps.ts";
import { send } from "../../views/events.ts";
import { base } from "../../views/theme.ts";
import { GUTTER, PLOT_WIDTH, panelStyles } from "../shared/styles.ts";

const HEIGHT = 88;
const PLACES = [HEIGHT - 8, 8] as const;

export interface TrainingLine {
  /** The gate. */
  readonly name: string;
  readonly label: string;
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
    css`
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
    return html`<rnn-line-chart
        .chart=${this.chart}
        @place-hover=${(event: CustomEvent<number | null>) => {
          this.hovered = event.detail;
        }}
        @place-pick=${(event: CustomEvent<number>) => send(this, "step-change", event.detail)}
      ></rnn-line-chart>
      ${this.renderValues()}`;
  }

  private get chart(): Chart {
    const { lines, steps, all, chosen, level } = this;
    const top = lines.flatMap(({ values }) => values).reduce(largerFinite, level ?? 0);
    const drawn = lines.toSorted((a, b) => Number(a.name === chosen) - Number(b.name === chosen));
    return {
      label: this.label,
      x: stepAxis(all, PLOT_WIDTH, this.unit),
      left: linearAxis([0, top || 1], PLACES, level === null ? [] : [level]),
      height: HEIGHT,
      gutter: GUTTER,
      curves: drawn.map(({ name, values }) => ({
        ...(name === chosen ? MAIN : OTHER),
        name,
        xs: steps,
        heights: values,
      })),
      main: chosen,
      level,
      at: this.hovered ?? this.now,
      picks: true,
    };
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
        ({ name, label, values }) => html`<tr data-gate=${name}>
          <td>
            <button class="quiet" aria-pressed=${name === this.chosen} @click=${() => send(this, "gate-change", name)}>
              ${label}
            </button>
          </td>
          <td class="number"><data value=${String(values[row])} data-step=${step}>${formatValue(values[row] ?? Number.NaN)}</data></td>
        </tr>`,
      )}
    </table>`;
  }
}

function largerFinite(most: number, value: number): number {
  return Number.isFinite(value) ? Math.max(most, value) : most;
}

customElements.define("rnn-training-lines", TrainingLines);
