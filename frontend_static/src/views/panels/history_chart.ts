/** A score at each step of training, on a scale of its own from end to end; a click goes to a step. */
import { css, html, LitElement, nothing, svg } from "lit";
import type { StepUnit } from "../../api/types.ts";
import { formatEnd } from "../../maths/format.ts";
import { stepAt, stepX, trainingPath } from "../../maths/training.ts";
import { send } from "../events.ts";
import { base } from "../theme.ts";
import { CHART_WIDTH, panelStyles } from "./panel_styles.ts";
import { renderSurface } from "./surface.ts";

const HEIGHT = 88;
/** The column of the scale's ends. */
const ENDS = 20;
const WIDTH = CHART_WIDTH - ENDS;
const BOX = { width: WIDTH, top: 8, bottom: HEIGHT - 8 };

/** One line: the first is what the chart is about, the others are what it is held against. */
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
      circle {
        fill: var(--accent);
      }
      .chart svg {
        margin-left: ${ENDS}px;
      }
      .chart .high {
        top: 2px;
      }
      .chart .low {
        bottom: 2px;
      }
      .steps {
        padding-left: ${ENDS + 8}px;
        display: flex;
        justify-content: space-between;
        color: var(--soft);
        font-size: 11px;
        line-height: 14px;
      }
    `,
  ];

  declare unit: StepUnit;
  /** The step on the screen. */
  declare step: number | null;
  /** The steps that are known, ascending. */
  declare steps: readonly number[];
  declare lines: readonly HistoryLine[];
  /** What the heights stand for. */
  declare domain: readonly [number, number];
  /** The step under the mouse. */
  declare private hovered: number | null;

  constructor() {
    super();
    this.hovered = null;
  }

  override render() {
    const { unit, steps, lines, domain } = this;
    const shown = this.hovered ?? this.step;
    const x = shown === null ? null : stepX(shown, steps, WIDTH);
    const [main, ...others] = lines;
    const paths = (some: readonly HistoryLine[], name: string) =>
      some.map(
        ({ values }) => svg`<path class=${name} d=${trainingPath(steps, values, { ...BOX, domain })} />`,
      );
    return html`<div class="figures">
        <span>${unit} ${shown ?? "–"}</span>
        ${lines.map((line, i) => this.renderFigure(line, shown, i === 0))}
      </div>
      <div class="chart">
        <span class="end high">${formatEnd(domain[1])}</span><span class="end low">${formatEnd(domain[0])}</span>
        ${renderSurface(
          {
            width: WIDTH,
            height: HEIGHT,
            label: `${main?.name ?? "score"} over training`,
            at: (x) => stepAt(x, steps, WIDTH),
            hover: (step) => {
              this.hovered = step;
            },
            pick: (step) => send(this, "step-change", step),
          },
          svg`<path class="grid" d="M0 ${BOX.top}H${WIDTH}M0 ${BOX.bottom}H${WIDTH}" />
            ${paths(others, "loss")} ${main ? paths([main], "value") : nothing}
            ${x === null ? nothing : svg`<path class="now" d="M${x.toFixed(1)} 0V${HEIGHT}" />`}
            ${this.renderDot(main, shown)}`,
        )}
      </div>
      <div class="steps"><span>${unit} ${steps[0]}</span><span>${steps.at(-1)}</span></div>`;
  }

  private renderFigure({ name, values }: HistoryLine, step: number | null, isMain: boolean) {
    const value = values[this.steps.indexOf(step ?? -1)];
    const text = value === undefined ? "–" : value.toFixed(2);
    const figure = html`<data value=${String(value)} data-step=${step ?? nothing}>${text}</data>`;
    return isMain ? html`<b title=${name}>${figure}</b>` : html`<span class="other">${name} ${figure}</span>`;
  }

  /** Of a single step there is no line to see. */
  private renderDot(line: HistoryLine | undefined, step: number | null) {
    const value = line?.values[this.steps.indexOf(step ?? -1)];
    if (step === null || value === undefined || !Number.isFinite(value)) return nothing;
    const [low, high] = this.domain;
    const y = BOX.bottom - ((value - low) / (high - low)) * (BOX.bottom - BOX.top);
    return svg`<circle cx=${stepX(step, this.steps, WIDTH).toFixed(1)} cy=${y.toFixed(1)} r="3" />`;
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
