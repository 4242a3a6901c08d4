/** The findings at this step by cause, ranked, each with a link to its evidence. */
import { css, html, nothing } from "lit";
import type { FindingGroup, ListedFinding } from "../../api/routes.ts";
import { formatCount, unitPlural } from "../../maths/format.ts";
import { select } from "../../views/events.ts";
import { base } from "../../views/theme.ts";
import { PanelElement } from "../shared/page.ts";
import { labelOf } from "../shared/signals.ts";
import { panelStyles } from "../shared/styles.ts";
import { evidenceOf } from "./evidence.ts";
import { findingsQuery, saturationQuery } from "./queries.ts";
import { renderSaturation, saturationStyles } from "./saturation_plot.ts";

export default class FindingsPanel extends PanelElement {
  static override properties = {
    ...PanelElement.properties,
    opened: { state: true },
    unfolded: { state: true },
  };

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
      ol > li {
        padding: 8px 0;
        border-bottom: 1px solid var(--rule);
      }
      ul {
        margin: 4px 0 0;
        padding: 0 0 0 10px;
        border-left: 2px solid var(--rule);
        list-style: none;
      }
      ul > li {
        padding: 2px 0;
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
      .high i {
        background: var(--warn);
      }
      li p {
        margin: 2px 0 4px;
        font-size: 12px;
        line-height: 16px;
      }
      /* Three lines, until it is opened: a page of findings fits on a screen. */
      p.short {
        display: -webkit-box;
        overflow: hidden;
        -webkit-box-orient: vertical;
        -webkit-line-clamp: 3;
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
        flex-wrap: wrap;
        margin-left: -6px;
      }
      .acts .quiet {
        padding: 2px 6px;
        color: var(--accent);
        font-size: 12px;
      }
    `,
  ];

  /** The finding whose message, rule and advice are unfolded, by kind, layer and signal. */
  declare private opened: string | null;
  /** The group whose other findings are unfolded, by title. */
  declare private unfolded: string | null;

  constructor() {
    super();
    this.opened = null;
    this.unfolded = null;
  }

  override render() {
    const { answers, selection, run } = this;
    const found = answers.answer(findingsQuery(selection));
    const shares = answers.answer(saturationQuery(selection));
    return html`${this.renderAnswer(found, ({ groups }) =>
      groups.length === 0
        ? html`<p class="hint">Nothing looks wrong at ${run.unit} ${selection.step}, by the rules that are known.</p>`
        : html`<ol>
            ${groups.map((group) => this.renderGroup(group))}
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

  private renderGroup({ title, severity, high, more, findings, finding_count }: FindingGroup) {
    const [first, ...rest] = findings;
    if (first === undefined) return nothing;
    const unfolded = this.unfolded === title;
    const fold = () => {
      this.unfolded = unfolded ? null : title;
    };
    const left = finding_count - findings.length;
    return html`<li data-group=${title} data-kind=${first.kind} data-signal=${first.signal}>
      <div class="head">
        <span class="kind">${title}</span>
        <span class="where" title=${first.layer}>${this.where(first)}</span>
        <div class="severity ${high ? "high" : ""}" title="Severity ${severity.toFixed(2)} of 1${high ? ", high" : ""}">
          <i style="width: ${Math.round(severity * 100)}%"></i>
        </div>
      </div>
      ${this.renderFinding(
        first,
        more === ""
          ? nothing
          : html`<button class="quiet" aria-expanded=${unfolded} aria-label=${unfolded ? "Fold" : more} title=${unfolded ? nothing : more} @click=${fold}>
            ${unfolded ? "Fold" : `${formatCount(finding_count - 1)} more`}
          </button>`,
      )}
      ${
        unfolded
          ? html`<ul>
            ${rest.map((finding) => this.renderOther(title, finding))}
            ${left > 0 ? html`<li class="hint">${formatCount(left)} more are not listed.</li>` : nothing}
          </ul>`
          : nothing
      }
    </li>`;
  }

  /** One of the findings that are folded: what it is called if that differs from its group, and where. */
  private renderOther(title: string, finding: ListedFinding) {
    return html`<li data-kind=${finding.kind} data-signal=${finding.signal}>
      <div class="head">
        <span class="where" title=${finding.layer}>${this.where(finding)}</span>
        ${finding.title === title ? nothing : html`<span class="hint">${finding.title}</span>`}
      </div>
      ${this.renderFinding(finding)}
    </li>`;
  }

  private where({ layer, signal }: ListedFinding) {
    return `${layer} · ${labelOf(this.run, layer, signal)}`;
  }

  private renderFinding(finding: ListedFinding, others: unknown = nothing) {
    const id = `${finding.kind} ${finding.layer} ${finding.signal}`;
    const open = this.opened === id;
    return html`<p class=${open ? "" : "short"} title=${open ? nothing : finding.message}>${finding.message}</p>
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
        ${others}
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
      }`;
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
