/** What looks wrong at this step: ranked, each with its evidence one click away. */
import { css, html, nothing, svg } from "lit";
import { type Finding, type Findings, numbersOf, type Tensors } from "../../api/analyses.ts";
import { formatCount, signalLabel } from "../../maths/format.ts";
import { findingsAsk, saturationAsk } from "../../state/asked.ts";
import { evidenceOf } from "../../state/evidence.ts";
import { wish } from "../events.ts";
import { base } from "../theme.ts";
import { Page } from "./page.ts";
import { CHART_WIDTH, panelStyles } from "./panel_styles.ts";

const KIND_NAMES: Readonly<Record<string, string>> = {
  saturated_low: "saturated low",
  saturated_high: "saturated high",
  non_finite: "not finite",
};
const PLOT = 128;

export class FindingsPanel extends Page {
  static override properties = { ...Page.properties, opened: { state: true } };

  static override styles = [
    base,
    panelStyles,
    css`
      ol {
        margin: 0 0 16px;
        padding: 0;
        list-style: none;
      }
      li {
        padding: 8px 0;
        border-bottom: 1px solid var(--rule);
      }
      .head {
        display: flex;
        gap: 8px;
        align-items: baseline;
      }
      .kind {
        font-weight: 600;
      }
      .where {
        flex: 1;
        overflow: hidden;
        color: var(--soft);
        font-size: 12px;
        text-overflow: ellipsis;
        white-space: nowrap;
      }
      .severity {
        flex: none;
        width: 44px;
        height: 4px;
        border-radius: 2px;
        background: var(--rule);
      }
      .severity i {
        display: block;
        height: 100%;
        border-radius: 2px;
        background: var(--accent);
      }
      li p {
        margin: 2px 0 4px;
        font-size: 12px;
        line-height: 16px;
      }
      dl {
        margin: 4px 0 0;
        font-size: 12px;
        line-height: 16px;
      }
      dt {
        color: var(--soft);
      }
      dd {
        margin: 0 0 6px;
      }
      .acts {
        display: flex;
        gap: 4px;
        margin-left: -6px;
      }
      .acts .quiet {
        padding: 2px 6px;
        color: var(--accent);
        font-size: 12px;
      }
      .plots {
        display: flex;
        gap: 12px 40px;
        flex-wrap: wrap;
      }
      figure {
        margin: 0;
      }
      figcaption {
        font-size: 12px;
      }
      circle {
        fill: var(--accent);
        fill-opacity: 0.5;
        cursor: pointer;
      }
      circle:hover,
      circle.picked {
        fill: var(--ink);
        fill-opacity: 1;
      }
      text {
        fill: var(--soft);
        font-size: 10px;
      }
    `,
  ];

  /** Which finding's rule and advice are unfolded. */
  declare private opened: number | null;

  constructor() {
    super();
    this.opened = null;
  }

  override render() {
    const { analyses, selection, run } = this;
    const found = analyses.answer<Findings>(findingsAsk(selection, run));
    const shares = analyses.answer<Map<string, never>>(saturationAsk(selection, run));
    return html`${this.renderAnswer(found, ({ findings }) =>
      findings.length === 0
        ? html`<p class="hint">Nothing looks wrong at ${run.unit} ${selection.step}, by the rules that are known.</p>`
        : html`<ol>
            ${findings.map((finding, i) => this.renderFinding(finding, i))}
          </ol>`,
    )}
    ${shares.data === null ? nothing : this.renderScatter(shares.data)}`;
  }

  private renderFinding(finding: Finding, i: number) {
    const { kind, layer, signal, severity, message } = finding;
    const open = this.opened === i;
    return html`<li data-kind=${kind} data-signal=${signal}>
      <div class="head">
        <span class="kind">${KIND_NAMES[kind] ?? kind.replaceAll("_", " ")}</span>
        <span class="where" title=${layer}>${layer} · ${signalLabel(signal)}</span>
        <div class="severity" title="Severity ${severity.toFixed(2)} of 1">
          <i style="width: ${Math.round(severity * 100)}%"></i>
        </div>
      </div>
      <p>${message}</p>
      <div class="acts">
        <button class="quiet" @click=${() => wish(this, evidenceOf(finding))}>Show the evidence</button>
        <button
          class="quiet"
          aria-expanded=${open}
          @click=${() => {
            this.opened = open ? null : i;
          }}
        >
          ${open ? "Less" : "What to do"}
        </button>
      </div>
      ${
        open
          ? html`<dl>
            <dt>What people do</dt>
            <dd>${finding.advice}</dd>
            <dt>When it is no fault</dt>
            <dd>${finding.not_a_fault}</dd>
            <dt>Rule</dt>
            <dd>${finding.rule}</dd>
            <dt>Source</dt>
            <dd>${finding.source}</dd>
          </dl>`
          : nothing
      }
    </li>`;
  }

  /** Each unit's share of time at either end, as in Karpathy et al. 2015, figure 4. */
  private renderScatter(shares: Tensors) {
    const signals = [...shares.keys()].filter((name) => name.startsWith("low/")).map((name) => name.slice(4));
    if (signals.length === 0) return nothing;
    return html`<h3>Saturation of ${this.selection.layer}</h3>
      <p class="hint">Each dot is a unit: the share of its time, over all samples, that it is high against low. Click one to put it on top.</p>
      <div class="plots">
        ${signals.map((signal) => this.renderPlot(signal, numbersOf(shares, `low/${signal}`), numbersOf(shares, `high/${signal}`)))}
      </div>`;
  }

  private renderPlot(signal: string, low: readonly number[], high: readonly number[]) {
    const place = (share: number) => 4 + share * (PLOT - 8);
    const picked = new Set(this.selection.pinned);
    const pick = (unit: number) => wish(this, { signal, pinned: [unit] });
    return html`<figure>
      <figcaption>${signalLabel(signal)}</figcaption>
      <svg
        width=${Math.min(PLOT, CHART_WIDTH)}
        height=${PLOT + 14}
        role="img"
        aria-label="${signalLabel(signal)}: share high against share low of ${formatCount(low.length)} units"
      >
        ${svg`<path class="grid" d="M4 4V${PLOT - 4}H${PLOT - 4}M4 4L${PLOT - 4} ${PLOT - 4}" />
          ${low.map((share, unit) =>
            Number.isFinite(share)
              ? svg`<circle
                  class=${picked.has(unit) ? "picked" : ""}
                  data-unit=${unit}
                  cx=${place(share)}
                  cy=${place(1 - (high[unit] ?? 0))}
                  r="3"
                  @click=${() => pick(unit)}
                ><title>unit ${unit}: ${Math.round(share * 100)} % low, ${Math.round((high[unit] ?? 0) * 100)} % high</title></circle>`
              : nothing,
          )}
          <text x="4" y=${PLOT + 8}>low →</text><text x="10" y="12">↑ high</text>`}
      </svg>
    </figure>`;
  }
}

customElements.define("rnn-findings-panel", FindingsPanel);
