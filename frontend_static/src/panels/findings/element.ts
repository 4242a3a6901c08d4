/** The findings at this step, ranked, each with a link to its evidence. */
import { css, html, nothing } from "lit";
import type { ListedFinding } from "../../api/routes.ts";
import { unitPlural } from "../../maths/format.ts";
import { select } from "../../views/events.ts";
import { base } from "../../views/theme.ts";
import { PanelElement } from "../shared/page.ts";
import { labelOf } from "../shared/signals.ts";
import { panelStyles } from "../shared/styles.ts";
import { evidenceOf } from "./evidence.ts";
import { findingsQuery, saturationQuery } from "./queries.ts";
import { renderSaturation, saturationStyles } from "./saturation_plot.ts";

/** Kinds whose label is not their name. */
const KIND_NAMES: Readonly<Record<string, string>> = { non_finite: "not finite" };

export default class FindingsPanel extends PanelElement {
  static override properties = { ...PanelElement.properties, opened: { state: true } };

  static override styles = [
    base,
    panelStyles,
    saturationStyles,
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
      .steps {
        color: var(--soft);
        font-size: 12px;
      }
      .steps .quiet {
        padding: 0 4px;
        color: var(--accent);
        font-size: 12px;
      }
      .steps [aria-current] {
        color: var(--ink);
        font-weight: 600;
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
    `,
  ];

  /** The finding whose rule and advice are unfolded, by kind, layer and signal. */
  declare private opened: string | null;

  constructor() {
    super();
    this.opened = null;
  }

  override render() {
    const { answers, selection, run } = this;
    const found = answers.answer(findingsQuery(selection));
    const shares = answers.answer(saturationQuery(selection));
    return html`${this.renderAnswer(found, ({ findings }) =>
      findings.length === 0
        ? html`<p class="hint">Nothing looks wrong at ${run.unit} ${selection.step}, by the rules that are known.</p>`
        : html`<ol>
            ${findings.map((finding) => this.renderFinding(finding))}
          </ol>`,
    )}
    ${
      shares.data === null
        ? nothing
        : renderSaturation(shares.data, run, selection, (signal, unit) =>
            select(this, { signal, pinned: [unit] }),
          )
    }`;
  }

  private renderFinding(finding: ListedFinding) {
    const { kind, layer, signal, severity, message } = finding;
    const id = `${kind} ${layer} ${signal}`;
    const open = this.opened === id;
    return html`<li data-kind=${kind} data-signal=${signal}>
      <div class="head">
        <span class="kind">${KIND_NAMES[kind] ?? kind.replaceAll("_", " ")}</span>
        <span class="where" title=${layer}>${layer} · ${labelOf(this.run, layer, signal)}</span>
        <div class="severity" title="Severity ${severity.toFixed(2)} of 1">
          <i style="width: ${Math.round(severity * 100)}%"></i>
        </div>
      </div>
      <p>${message}</p>
      ${finding.steps.length > 1 ? this.renderSteps(finding) : nothing}
      <div class="acts">
        <button class="quiet" @click=${() => select(this, evidenceOf(finding))}>Show the evidence</button>
        <button
          class="quiet"
          aria-expanded=${open}
          @click=${() => {
            this.opened = open ? null : id;
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

  /** The examined steps that also show it. */
  private renderSteps({ steps }: ListedFinding) {
    return html`<div class="steps">
      ${unitPlural(this.run.unit)}
      ${steps.map((step) => html`<button class="quiet" aria-current=${step === this.selection.step ? "step" : nothing} @click=${() => this.goTo(step)}>${step}</button>`)}
    </div>`;
  }
}

customElements.define("rnn-findings-panel", FindingsPanel);
