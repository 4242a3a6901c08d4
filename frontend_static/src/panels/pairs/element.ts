/** Which units of A and B do the same, and how the values of all units are distributed in both. */
import { css, html, nothing } from "lit";
import { linearAxis, windowAxis } from "../../charts/axes.ts";
import { type Chart, MAIN, OTHER } from "../../charts/chart.ts";
import "../../charts/line_chart.ts";
import { formatCount, formatEnd } from "../../maths/format.ts";
import { whyUnrelated } from "../../state/correspondence.ts";
import type { Side } from "../../state/view.ts";
import { pickerStyles, renderPicker } from "../../views/bars/pickers.ts";
import { select } from "../../views/events.ts";
import { base } from "../../views/theme.ts";
import { PanelElement } from "../shared/page.ts";
import { signalOptions } from "../shared/signals.ts";
import { CHART_HEIGHT, GUTTER, PLOT_WIDTH, panelStyles, SPARK_WIDTH } from "../shared/styles.ts";
import { type Distributions, distributionsQuery, type Pair, type Pairs, pairsQuery } from "./queries.ts";

const ROWS_AT_FIRST = 30;
const PLACES = [CHART_HEIGHT - 4, 8] as const;

export default class PairsPanel extends PanelElement {
  static override properties = { ...PanelElement.properties, all: { state: true } };

  static override styles = [
    base,
    pickerStyles,
    panelStyles,
    css`
      .bar {
        display: inline-block;
        height: 8px;
        background: var(--accent);
        vertical-align: middle;
      }
      .bar.weak {
        background: var(--faint);
      }
      .key::before {
        display: inline-block;
        width: 12px;
        margin-right: 4px;
        border-top: 2px solid var(--accent);
        content: "";
        vertical-align: middle;
      }
      .key.b::before {
        border-color: var(--faint);
      }
      .key.b {
        margin-left: 12px;
      }
    `,
  ];

  /** Whether the rows beyond the first are shown too. */
  declare private all: boolean;

  constructor() {
    super();
    this.all = false;
  }

  override render() {
    const { answers, selection, view } = this;
    const { a, b } = view;
    if (b === null)
      return html`<p class="hint">
        Compare two runs with A | B: you then see which units of A and B do the same, and how their values are distributed.
      </p>`;
    const other = b.trace.key;
    const found = pairsQuery(selection, other);
    return html`
      ${renderPicker("Signal", "signal", signalOptions(a.layer), selection.signal ?? "", (signal) => select(this, { signal }))}
      <p class="hint" role="note">${whyUnrelated(a, b) ?? renderRelated(a, b)}</p>
      ${
        found === null
          ? nothing
          : html`<section aria-label="Pairs of units">
            <h3>Units that do the same</h3>
            ${this.renderAnswer(answers.answer(found), (pairs) => this.renderPairs(pairs))}
          </section>`
      }
      <section aria-label="Distributions">
        <h3>All values of the signal</h3>
        ${this.renderAnswer(answers.answer(distributionsQuery(selection, other)), renderDistributions)}
      </section>
    `;
  }

  private renderPairs(found: Pairs) {
    const { pairs, signed, chance, places, units } = found;
    const shown = this.all ? pairs : pairs.slice(0, ROWS_AT_FIRST);
    const left = Math.max(...units) - pairs.length;
    const measure = signed ? "r" : "|r|";
    return html`<p class="hint">
        One to one, with the largest sum of ${measure} over ${formatCount(places)} timesteps of all samples (Li et al.
        2016). ${
          Number.isNaN(chance)
            ? "One sample: nothing to compare with."
            : html`Matched with another sample, the median |r| is
              <data class="chance" value=${String(chance)}>${formatR(chance)}</data>: weaker pairs mean nothing.`
        }
        ${left === 0 ? nothing : `${formatCount(left)} units of ${units[0] > units[1] ? "A" : "B"} have no partner.`}
      </p>
      <table aria-label="Pairs of units">
        <thead>
          <tr>
            <th>unit of A</th>
            <th>unit of B</th>
            <th class="number" title="Pearson's correlation of the two traces">r</th>
            <th aria-label="|r| from 0 to 1">0 – 1</th>
          </tr>
        </thead>
        <tbody>
          ${shown.map((pair) => this.renderPair(pair, chance))}
        </tbody>
      </table>
      ${
        shown.length === pairs.length
          ? nothing
          : html`<button
            class="quiet"
            @click=${() => {
              this.all = true;
            }}
          >
            All ${formatCount(pairs.length)}
          </button>`
      }`;
  }

  private renderPair({ a, b, r }: Pair, chance: number) {
    const picked = this.selection.pin?.unit === a;
    const pick = () => select(this, { pin: { timestep: this.selection.pin?.timestep ?? 0, unit: a } });
    return html`<tr class=${picked ? "picked" : ""} data-a=${a} data-b=${b}>
      <td><button class="quiet" aria-pressed=${picked} @click=${pick}>${a}</button></td>
      <td>${b}</td>
      <td class="number"><data value=${String(r)}>${formatR(r)}</data></td>
      <td>
        <span
          class="bar ${Math.abs(r) <= chance ? "weak" : ""}"
          style="width: ${Math.round(Math.abs(r) * SPARK_WIDTH)}px"
        ></span>
      </td>
    </tr>`;
  }
}

function renderRelated(a: Side, b: Side): string {
  return a.run.run === b.run.run
    ? `Two ${a.layer.key === b.layer.key ? "steps" : "calls"} of one layer: unit i of A is unit i of B.`
    : "Both runs started from the same weights: unit i of A corresponds to unit i of B.";
}

function renderDistributions({ edges, a, b }: Distributions) {
  const [low = 0, high = 1] = [edges[0], edges.at(-1)];
  const most = Math.max(...a, ...b);
  const xs = a.map((_, bin) => ((edges[bin] ?? 0) + (edges[bin + 1] ?? 0)) / 2);
  const chart: Chart = {
    label: "Histograms of all values of A and of B, over samples, timesteps and units",
    x: { ...windowAxis({ from: low, to: high }, PLOT_WIDTH), ends: [formatEnd(low), formatEnd(high)] },
    left: { ...linearAxis([0, most], PLACES), label: (share) => `${formatEnd(100 * share)} %` },
    height: CHART_HEIGHT,
    gutter: GUTTER,
    curves: [
      { ...OTHER, name: "B", xs, heights: b },
      { ...MAIN, name: "A", xs, heights: a },
    ],
  };
  return html`<p class="hint">
      <span class="key">A</span><span class="key b">B</span>, share of the values in each of ${a.length} bins
    </p>
    <rnn-line-chart .chart=${chart}></rnn-line-chart>`;
}

/** "0.93", "−0.87". */
function formatR(r: number): string {
  return r.toFixed(2).replace("-", "−");
}

customElements.define("rnn-pairs-panel", PairsPanel);
