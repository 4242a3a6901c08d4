/** The bars above the view: the scrubber, and the controls of what is shown. */
import { html, nothing } from "lit";
import type { Ordering } from "../../maths/order.ts";
import { REGISTRY, tooltipOf } from "../../panels/registry.ts";
import { chooseOtherLayer, chooseOtherRun, compareAs, swap } from "../../state/actions/comparison.ts";
import { isInspector, toggleInspector, togglePanel } from "../../state/actions/panels.ts";
import { orderBy, pinUnits, toggleOnly } from "../../state/actions/rows.ts";
import { toggleOverview } from "../../state/actions/runs.ts";
import { goToMatch, search } from "../../state/actions/search.ts";
import { goToOtherStep, goToStep, toggleFollowing, togglePlaying } from "../../state/actions/steps.ts";
import type { TimeAxis } from "../../state/actions/time.ts";
import { layerOf } from "../../state/layers.ts";
import type { Comparing } from "../../state/selection.ts";
import type { Store } from "../../state/store.ts";
import "./compare_bar.ts";
import "./find_box.ts";
import { renderSwitch } from "./pickers.ts";
import "./rows_bar.ts";
import "./scrubber.ts";

export function renderScrubber(store: Store) {
  const { run, selection, view, loading, playing, rate } = store;
  if (run === null || run.steps.length === 0) return nothing;
  const { compare, other } = selection;
  return html`<rnn-scrubber
    .run=${run}
    .step=${selection.step}
    .other=${compare === "off" ? null : other.step}
    .shown=${selection.overview ? selection.step : (view?.a.trace.key.step ?? selection.step)}
    .loading=${loading}
    .playing=${playing}
    .rate=${rate}
    .follow=${selection.follow}
    @step-change=${(event: CustomEvent<number>) => goToStep(store, event.detail)}
    @other-step-change=${(event: CustomEvent<number>) => goToOtherStep(store, event.detail)}
    @play-toggle=${() => togglePlaying(store)}
    @rate-change=${(event: CustomEvent<number>) => store.setRate(event.detail)}
    @follow-toggle=${() => toggleFollowing(store)}
  ></rnn-scrubber>`;
}

/** The buttons that open the overview and the panels. */
export function renderPanels(store: Store) {
  const { overview, panel } = store.selection;
  return html`
    ${renderSwitch("Overview", overview, "Statistics of the whole run (v)", () => toggleOverview(store))}
    ${
      overview
        ? nothing
        : html`${renderSwitch(REGISTRY.findings.title, panel === "findings", tooltipOf("findings"), () => togglePanel(store, "findings"))}
          ${renderSwitch("Inspector", isInspector(panel), tooltipOf("unit"), () => toggleInspector(store))}`
    }
  `;
}

export function renderTools(store: Store, axis: () => TimeAxis | null) {
  const { run, selection } = store;
  if (run === null || selection.layer === null) return nothing;
  return html`<div class="tools" role="toolbar" aria-label="What is shown">
    <rnn-compare-bar
      .runs=${store.runs ?? []}
      .run=${run}
      .otherRun=${store.otherRun}
      .selection=${selection}
      @compare-change=${(event: CustomEvent<Comparing>) => compareAs(store, event.detail)}
      @other-run-change=${(event: CustomEvent<string>) => chooseOtherRun(store, event.detail)}
      @other-layer-change=${(event: CustomEvent<string | null>) => chooseOtherLayer(store, event.detail)}
      @other-step-change=${(event: CustomEvent<number | null>) => goToOtherStep(store, event.detail)}
      @swap=${() => swap(store)}
    ></rnn-compare-bar>
    ${selection.overview ? nothing : renderRows(store)} ${selection.overview ? nothing : renderFind(store, axis)}
  </div>`;
}

function renderRows(store: Store) {
  const { run, selection, view } = store;
  const order = (event: CustomEvent<{ by: Ordering; signal: string }>) =>
    orderBy(store, event.detail.by, event.detail.signal);
  return html`<rnn-rows-bar
    .layer=${layerOf(run, selection.layer)}
    .selection=${selection}
    .shown=${view?.a.trace.key.step ?? selection.step}
    .fault=${view?.orderFault ?? null}
    @order-change=${order}
    @units-change=${(event: CustomEvent<readonly number[]>) => pinUnits(store, event.detail)}
    @only-toggle=${() => toggleOnly(store)}
  ></rnn-rows-bar>`;
}

function renderFind(store: Store, axis: () => TimeAxis | null) {
  const { finder, selection } = store;
  return html`<rnn-find-box
    .query=${selection.find}
    .places=${finder.matches}
    .at=${finder.at}
    @find-change=${(event: CustomEvent<string>) => search(store, event.detail)}
    @find-go=${(event: CustomEvent<1 | -1>) => goToMatch(store, axis(), event.detail)}
  ></rnn-find-box>`;
}
