/** The brushed stretch as a pattern: which units are on in it, where else they are, and since when. */
import { html, nothing } from "lit";
import type { LayerInfo, Match, Pattern } from "../../api/routes.ts";
import type { Brush } from "../../maths/brush.ts";
import { formatCount } from "../../maths/format.ts";
import { revealStretch } from "../../maths/window.ts";
import { rowName } from "../../state/batch_rows.ts";
import { layerOf } from "../../state/layers.ts";
import { pickerStyles, renderPicker } from "../../views/bars/pickers.ts";
import { select } from "../../views/events.ts";
import { base } from "../../views/theme.ts";
import { footStyles } from "../shared/history_chart.ts";
import { renderLeftOut } from "../shared/left_out.ts";
import { PanelElement } from "../shared/page.ts";
import { signalOptions } from "../shared/signals.ts";
import { panelStyles } from "../shared/styles.ts";
import { contextStyles, renderContext } from "./context.ts";
import { matchHistoryQuery, matchQuery, sampleQuery } from "./queries.ts";
import { matchStyles } from "./styles.ts";

type Place = Pick<Match, "sample" | "start" | "end">;

export default class MatchPanel extends PanelElement {
  static override styles = [base, pickerStyles, panelStyles, contextStyles, footStyles, matchStyles];

  private get layer(): LayerInfo | undefined {
    return layerOf(this.run, this.selection.layer);
  }

  override render() {
    const { brush } = this.selection;
    const found = this.answers.answer(matchQuery(this.selection));
    return html`${this.renderControls()}
    ${
      brush === null
        ? html`<p class="hint">
            Brush a stretch of timesteps: Shift-drag over a lane, or ( and ) at the crosshair. The units that are above the
            threshold throughout it, and not right before and after, are its pattern. You then see where else they are
            on together, and since when.
          </p>`
        : html`${this.renderBrush(brush)} ${this.renderAnswer(found, (pattern) => this.renderPattern(pattern))}`
    }`;
  }

  private renderControls() {
    const { signal, threshold } = this.selection;
    const options = signalOptions(this.layer);
    return html`<div class="controls">
      ${renderPicker("Signal", "signal", options, signal ?? "", (name) => select(this, { signal: name }))}
      <label class="field">
        <span>Above</span>
        <input
          name="threshold"
          type="number"
          step="0.05"
          required
          title="A unit is on where its value is larger"
          .value=${String(threshold)}
          @change=${(event: Event) => {
            const { valueAsNumber } = event.target as HTMLInputElement;
            if (Number.isFinite(valueAsNumber)) select(this, { threshold: valueAsNumber });
          }}
        />
      </label>
    </div>`;
  }

  private renderBrush(brush: Brush) {
    return html`<section aria-label="Brushed">
      <div class="line">
        <button class="quiet place" title="Go there" @click=${() => this.showPlace(brush)}>${this.nameOf(brush)}</button>
        <button class="quiet" @click=${() => select(this, { brush: null })}>Clear</button>
      </div>
      ${this.renderTokens(brush)}${this.renderAsOf()}
    </section>`;
  }

  /** The pattern stays as it was found at its step, so that it can be followed over training. */
  private renderAsOf() {
    const { matchStep, step } = this.selection;
    if (matchStep === null || matchStep === step) return nothing;
    const { unit } = this.run;
    return html`<p class="hint">
      Units and places as of ${unit} ${matchStep}.
      <button class="quiet" @click=${() => select(this, { matchStep: step })}>Take those of ${unit} ${step}</button>
    </p>`;
  }

  private renderPattern(pattern: Pattern) {
    const { units, matches } = pattern;
    const { threshold } = this.selection;
    if (units.length === 0)
      return html`<p class="hint none">
        No unit is above ${threshold} throughout, and not right before and after: change the threshold or the signal, or
        brush another stretch.
      </p>`;
    return html`${this.renderUnits(pattern)}
      <section aria-label="Matches">
        <h3><data value=${matches.length}>${matches.length === 1 ? "1 match" : `${matches.length} matches`}</data></h3>
        ${matches.length === 0 ? html`<p class="hint">Nowhere else does half of it hold.</p>` : nothing}
        <ol>
          ${matches.map((match) => this.renderMatch(match))}
        </ol>
      </section>
      ${this.renderHistory(pattern)}`;
  }

  private renderUnits({ units, unit_count: count }: Pattern) {
    const picked = new Set(this.selection.pinned);
    const toTop = (pinned: readonly number[]) => select(this, { pinned, only: false });
    return html`<section aria-label="Units">
      <div class="line">
        <h3>
          ${count === 1 ? "1 unit" : `${formatCount(count)} units`}, the strongest ${count > units.length ? `${units.length} ` : ""}first
        </h3>
        <button class="quiet" @click=${() => toTop(units)}>Put on top</button>
      </div>
      <div class="units">
        ${units.map(
          (unit) =>
            html`<button class="quiet" aria-pressed=${picked.has(unit)} @click=${() => toTop([unit])}>${unit}</button>`,
        )}
      </div>
    </section>`;
  }

  private renderMatch(match: Match) {
    const { sample, start, end, score } = match;
    return html`<li data-sample=${sample} data-start=${start} data-end=${end}>
      <button class="quiet" @click=${() => this.showPlace(match)}>
        <span class="line">
          <data value=${String(score)}>${Math.round(100 * score)} %</data><span class="place">${this.nameOf(match)}</span>
        </span>
        ${this.renderTokens(match)}
      </button>
    </li>`;
  }

  private renderHistory(pattern: Pattern) {
    const { answers, selection, run } = this;
    const history = answers.answer(matchHistoryQuery(selection, pattern));
    return html`<section class="foot" aria-label="Over training">
      <h3>When did it appear?</h3>
      ${this.renderAnswer(
        history,
        ({ steps, unreadable, score }) => html`${renderLeftOut(run.unit, unreadable)}<rnn-history-chart
          .unit=${run.unit}
          .step=${selection.step}
          .steps=${steps}
          .lines=${[{ name: "Share of the pattern that holds under the brush", values: score }]}
          .domain=${[0, 1]}
          @step-change=${(event: CustomEvent<number>) => this.goTo(event.detail)}
        ></rnn-history-chart>`,
      )}
    </section>`;
  }

  /** Nothing where tokens are not known, or belong to sequences of another length. */
  private renderTokens(place: Place) {
    const sample = this.answers.answer(sampleQuery(this.selection, this.run, place.sample));
    const tokens = sample.data?.tokens ?? null;
    return tokens?.length === this.layer?.timesteps && tokens ? renderContext(tokens, place) : nothing;
  }

  private nameOf({ sample, start, end }: Place): string {
    const stretch = end - start === 1 ? `timestep ${start}` : `timesteps ${start} – ${end - 1}`;
    return `${stretch} · ${rowName(this.run, this.layer, sample)}`;
  }

  /** The crosshair there; the brush stays where it is, and with it the pattern. */
  private showPlace(place: Place): void {
    const { window, pin } = this.selection;
    const { sample, start } = place;
    const next = window && revealStretch(window, place, this.layer?.timesteps ?? 0);
    select(this, { sample, pin: { timestep: start, unit: pin?.unit ?? 0 }, window: next });
  }
}

customElements.define("rnn-match-panel", MatchPanel);
