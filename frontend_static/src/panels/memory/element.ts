/** How long units remember: by their gates, and by the gradient of the picked value. */
import { css, html, nothing } from "lit";
import type { LayerInfo } from "../../api/types.ts";
import { formatCount, formatEnd } from "../../maths/format.ts";
import { layerOf } from "../../state/layers.ts";
import { select } from "../../views/events.ts";
import { base } from "../../views/theme.ts";
import { Held } from "../shared/held.ts";
import { PanelElement } from "../shared/page.ts";
import { labelOf } from "../shared/signals.ts";
import { panelStyles } from "../shared/styles.ts";
import "./horizon_plot.ts";
import { medianHorizon, type Ranked, rankHorizons } from "./horizons.ts";
import { type Horizons, horizonQuery, type Reach, reachQuery } from "./queries.ts";
import "./reach_plot.ts";
import { memoryStyles } from "./styles.ts";

/** How many of the longest horizons are listed. */
const LISTED = 8;

export default class MemoryPanel extends PanelElement {
  static override styles = [
    base,
    panelStyles,
    memoryStyles,
    css`
      section:first-child {
        margin-top: 0;
      }
      section + section {
        margin-top: 24px;
      }
      .units {
        display: flex;
        gap: 0 4px;
        flex-wrap: wrap;
        margin: 4px 0 4px -6px;
      }
      .units .quiet {
        padding: 2px 6px;
        color: var(--accent);
        font-size: 12px;
      }
      .units .quiet[aria-pressed="true"] {
        background: color-mix(in srgb, var(--accent) 14%, var(--page));
      }
    `,
  ];

  private readonly horizons = new Held<Horizons>();
  private readonly reaches = new Held<Reach>();

  override render() {
    const { answers, selection, run } = this;
    const layer = layerOf(run, selection.layer);
    if (layer === undefined) return nothing;
    const shown = this.horizons.take(answers, horizonQuery(selection));
    const horizons = shown.data?.horizons ?? [];
    return html`
      <section aria-label="Horizon">
        <h3>Horizon of each unit</h3>
        ${this.renderAnswer(shown, () => this.renderHorizons(horizons, layer, shown.query?.params.step))}
      </section>
      <section aria-label="Reach">
        ${selection.pin === null ? renderHint() : this.renderMeasured(horizons)}
      </section>
    `;
  }

  private renderHorizons(values: readonly number[], layer: LayerInfo, step: unknown) {
    const ranked = rankHorizons(values);
    const beyond = ranked.filter(({ horizon }) => horizon > layer.timesteps).length;
    const unknown = values.length - ranked.length;
    const median = medianHorizon(ranked);
    const gate = layer.signals.find(({ name }) => name === layer.keeps);
    return html`<p>
        <data value=${beyond} data-kind="beyond">${formatCount(beyond)}</data> of ${formatCount(values.length)} units could look
        back further than the ${formatCount(layer.timesteps)} timesteps; median
        <data value=${String(median)} data-kind="median">${formatHorizon(median)}</data>.
        ${unknown > 0 ? `Of ${formatCount(unknown)} the gate is not finite.` : nothing}
      </p>
      <rnn-horizon-plot
        .ranked=${ranked}
        .timesteps=${layer.timesteps}
        .picked=${this.selection.pin?.unit ?? null}
        @unit-pick=${(event: CustomEvent<number>) => this.pick(event.detail, layer)}
      ></rnn-horizon-plot>
      <div class="units" role="group" aria-label="Longest horizons">
        ${ranked.slice(0, LISTED).map((one) => this.renderUnit(one, layer))}
      </div>
      <p class="hint">
        1 / (1 − ${gate?.letter}), ${gate?.letter} the mean of the ${gate?.label} over all samples at ${this.run.unit} ${step} (Tallec &amp; Ollivier
        2018): how long the gate alone would let a unit remember.
      </p>`;
  }

  private renderUnit({ unit, horizon }: Ranked, layer: LayerInfo) {
    return html`<button
      class="quiet"
      data-unit=${unit}
      aria-pressed=${this.selection.pin?.unit === unit}
      @click=${() => this.pick(unit, layer)}
    >
      unit ${unit}: ${formatHorizon(horizon)}
    </button>`;
  }

  private renderMeasured(horizons: readonly number[]) {
    const { answers, selection, run } = this;
    const shown = this.reaches.take(answers, reachQuery(selection, run));
    const { unit, timestep, signal } = shown.query?.params ?? {};
    const label = labelOf(run, selection.layer, String(signal));
    return html`<h3>Measured: ${label} of unit ${unit} at timestep ${timestep}</h3>
      ${this.renderAnswer(shown, (reach) => this.renderReach(reach, String(signal), Number(timestep), horizons[Number(unit)]))}`;
  }

  private renderReach(reach: Reach, state: string, timestep: number, horizon: number | undefined) {
    const { norms, steps, isAll, kept } = reach;
    const { run, selection } = this;
    const end = reach.end ?? timestep;
    const labels = new Map([...norms.keys()].map((name) => [name, labelOf(run, selection.layer, name)]));
    return html`<p>
        ${
          steps === 0
            ? html`Reaches <data value="0" data-kind="reach">0</data> timesteps back: nothing comes from earlier ones.`
            : html`Reaches <data value=${steps} data-kind="reach">${formatCount(steps)}</data> ${steps === 1 ? "timestep" : "timesteps"} back, to timestep ${end}:
            ${isAll ? "all that were read before it." : `before that less than ${100 * kept} % is left of the gradient one timestep back.`}`
        }
        ${
          horizon === undefined || Number.isNaN(horizon)
            ? nothing
            : html`Its gate's horizon:
              <data value=${String(horizon)} data-kind="horizon">${formatHorizon(horizon)}</data>.`
        }
      </p>
      <rnn-reach-plot
        .norms=${norms}
        .labels=${labels}
        .state=${state}
        .from=${timestep}
        .end=${end}
      ></rnn-reach-plot>
      <p class="hint">
        The norm of the value's gradient by the states at each timestep, by all ways through the network. A logarithmic
        axis; the shaded stretch is the reach.
      </p>`;
  }

  private pick(unit: number, { timesteps, config }: LayerInfo): void {
    // The timestep before which the most was read.
    const last = config.go_backwards ? 0 : timesteps - 1;
    select(this, { pinned: [unit], pin: { unit, timestep: this.selection.pin?.timestep ?? last } });
  }
}

function renderHint() {
  return html`<h3>Measured</h3>
    <p class="hint">Click a cell of a lane to measure how far back its value reaches, by its gradient.</p>`;
}

/** Three digits: the gates are stored as float16. */
function formatHorizon(horizon: number): string {
  return Number.isFinite(horizon) ? formatEnd(horizon) : "∞";
}

customElements.define("rnn-memory-panel", MemoryPanel);
