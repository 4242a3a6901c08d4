/** Scores at each step of training; a click goes to a step. */
import { css, html, LitElement, nothing } from "lit";
import type { StepUnit } from "../../api/types.ts";
import { linearAxis, stepAxis } from "../../charts/axes.ts";
import { type Chart, MAIN, OTHER } from "../../charts/chart.ts";
import "../../charts/line_chart.ts";
import { send } from "../../views/events.ts";
import { base } from "../../views/theme.ts";
import { CHART_WIDTH, panelStyles } from "./styles.ts";

const HEIGHT = 88;
const GUTTER = { left: 28, right: 0 };
const PLACES = [HEIGHT - 8, 8] as const;

/** One line. The first is the main one, the others are for comparison. */
export interface HistoryLine {
  readonly name: string;
  readonly values: readonly number[];
}

export class HistoryChart extends LitElement {
  static override properties = {
    unit: { attribute: false },
    step: { attribute: false },
    steps: { attribute: false },
    lines: { attribute: false },
    domain: { attribute: false },
    hovered: { state: true },
  };

  static override styles = [
    base,
    panelStyles,
    css`
      .figures span:first-child {
        min-width: 64px;
      }
      .figures .other {
        margin-left: auto;
      }
    `,
  ];

  declare unit: StepUnit;
  /** The step on the screen. */
  declare step: number | null;
  /** The steps that have scores, ascending. */
  declare steps: readonly number[];
  declare lines: readonly HistoryLine[];
  /** The ends of the left axis. */
  declare domain: readonly [number, number];
  /** The step under the mouse. */
  declare private hovered: number | null;

  constructor() {
    super();
    this.hovered = null;
  }

  override render() {
    const shown = this.hovered ?? this.step;
    return html`<div class="figures">
        <span>${this.unit} ${shown ?? "–"}</span>
        ${this.lines.map((line, i) => this.renderFigure(line, shown, i === 0))}
      </div>
      <rnn-line-chart
        .chart=${this.chartAt(shown)}
        @place-hover=${(event: CustomEvent<number | null>) => {
          this.hovered = event.detail;
        }}
        @place-pick=${(event: CustomEvent<number>) => send(this, "step-change", event.detail)}
      ></rnn-line-chart>`;
  }

  private chartAt(step: number | null): Chart {
    const { lines, steps, unit, domain } = this;
    const name = lines[0]?.name ?? "score";
    return {
      label: `${name} over training`,
      x: stepAxis(steps, CHART_WIDTH - GUTTER.left, unit),
      left: linearAxis(domain, PLACES),
      height: HEIGHT,
      gutter: GUTTER,
      curves: lines
        .map((line, i) => ({ ...(i === 0 ? MAIN : OTHER), name: line.name, xs: steps, heights: line.values }))
        .reverse(),
      main: name,
      at: step,
      picks: true,
    };
  }

  private renderFigure({ name, values }: HistoryLine, step: number | null, isMain: boolean) {
    const value = values[this.steps.indexOf(step ?? -1)];
    const text = value === undefined ? "–" : value.toFixed(2);
    const figure = html`<data value=${String(value)} data-step=${step ?? nothing}>${text}</data>`;
    return isMain ? html`<b title=${name}>${figure}</b>` : html`<span class="other">${name} ${figure}</span>`;
  }
}

/** Stays at the lower end of a panel while a long list passes behind it. */
export const footStyles = css`
  .foot {
    position: sticky;
    bottom: -20px;
    margin: 12px -20px -20px;
    padding: 10px 20px 12px;
    border-top: 1px solid var(--rule);
    background: var(--page);
  }
`;

customElements.define("rnn-history-chart", HistoryChart);
