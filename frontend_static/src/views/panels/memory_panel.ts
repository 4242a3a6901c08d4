/** How long units remember: what their gates would let them, and what the gradient of the picked value shows. */
import { css, html, nothing } from "lit";
import { numbersOf } from "../../api/analyses.ts";
import type { Tensor } from "../../api/safetensors.ts";
import type { LayerInfo } from "../../api/types.ts";
import { formatCount, formatEnd, signalLabel } from "../../maths/format.ts";
import { medianHorizon, type Ranked, rankHorizons } from "../../maths/memory.ts";
import { horizonAsk, reachAsk } from "../../state/asked.ts";
import { select } from "../events.ts";
import { base } from "../theme.ts";
import { Held, type Shown } from "./held.ts";
import "./horizon_plot.ts";
import { memoryStyles } from "./memory_styles.ts";
import { Page } from "./page.ts";
import { panelStyles } from "./panel_styles.ts";
import "./reach_plot.ts";

/** How many of the longest horizons are listed. */
const LISTED = 8;
const STATE = "norms/";

export class MemoryPanel extends Page {
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

  private readonly horizons = new Held<Map<string, Tensor>>();
  private readonly reaches = new Held<Map<string, Tensor>>();

  override render() {
    const { analyses, selection, run } = this;
    const layer = run.layers.find(({ key }) => key === selection.layer);
    if (layer === undefined) return nothing;
    const horizon = this.horizons.take(analyses, horizonAsk(selection, run));
    const values = numbersOf(horizon.data, "horizon");
    return html`
      <section aria-label="Horizon">
        <h3>Horizon of each unit</h3>
        ${this.renderAnswer(horizon, () => this.renderHorizons(values, layer, horizon.ask?.params.step))}
      </section>
      <section aria-label="Reach">
        ${selection.pin === null ? renderHint() : this.renderMeasured(values)}
      </section>
    `;
  }

  private renderHorizons(values: readonly number[], layer: LayerInfo, step: unknown) {
    const ranked = rankHorizons(values);
    const beyond = ranked.filter(({ horizon }) => horizon > layer.timesteps).length;
    const unknown = values.length - ranked.length;
    const median = medianHorizon(ranked);
    const gate = layer.signals.some(({ name }) => name === "forget_gate") ? "forget gate" : "update gate";
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
        1 / (1 − f), f the mean of the ${gate} over all samples at ${this.run.unit} ${step} (Tallec &amp; Ollivier 2018): what the gate alone would
        let a unit remember.
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
    const shown = this.reaches.take(this.analyses, reachAsk(this.selection, this.run));
    const { unit, timestep, signal } = shown.ask?.params ?? {};
    return html`<h3>Measured: ${signalLabel(String(signal))} of unit ${unit} at timestep ${timestep}</h3>
      ${this.renderAnswer(shown, () => this.renderReach(shown, horizons))}`;
  }

  private renderReach({ data, ask }: Shown<Map<string, Tensor>>, horizons: readonly number[]) {
    const names = [...(data?.keys() ?? [])].filter((name) => name.startsWith(STATE));
    const norms = new Map(names.map((name) => [name.slice(STATE.length), numbersOf(data, name)]));
    const [steps = 0] = numbersOf(data, "steps");
    const [isAll = 0] = numbersOf(data, "all");
    const { unit, timestep, signal } = ask?.params ?? {};
    const from = Number(timestep);
    const [end = from] = numbersOf(data, "end");
    const horizon = horizons[Number(unit)];
    return html`<p>
        ${
          steps === 0
            ? html`Reaches <data value="0" data-kind="reach">0</data> timesteps back: nothing comes from earlier ones.`
            : html`Reaches <data value=${steps} data-kind="reach">${formatCount(steps)}</data> ${steps === 1 ? "timestep" : "timesteps"} back, to timestep ${end}:
            ${isAll === 1 ? "all that were read before it." : "before that less than 1 % is left of the gradient one timestep back."}`
        }
        ${
          horizon === undefined || Number.isNaN(horizon)
            ? nothing
            : html`Its gate's horizon:
              <data value=${String(horizon)} data-kind="horizon">${formatHorizon(horizon)}</data>.`
        }
      </p>
      <rnn-reach-plot .norms=${norms} .state=${signal} .from=${from} .end=${end}></rnn-reach-plot>
      <p class="hint">
        The norm of the value's gradient by the states at each timestep, by all ways through the network. A logarithmic
        axis; the shaded stretch is the reach.
      </p>`;
  }

  private pick(unit: number, { timesteps, config }: LayerInfo): void {
    // Where the most has been read before.
    const last = config.go_backwards ? 0 : timesteps - 1;
    select(this, { pinned: [unit], pin: { unit, timestep: this.selection.pin?.timestep ?? last } });
  }
}

function renderHint() {
  return html`<h3>Measured</h3>
    <p class="hint">Click a cell of a lane to measure how far back its value reaches, by its gradient.</p>`;
}

/** As many digits as a mean of float16 gates deserves. */
function formatHorizon(horizon: number): string {
  return Number.isFinite(horizon) ? formatEnd(horizon) : "∞";
}

customElements.define("rnn-memory-panel", MemoryPanel);
