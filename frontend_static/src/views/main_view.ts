/** The page below the bars: the timeline, the overview, or a sentence on why there is neither. */
import { html, nothing } from "lit";
import type { Brush } from "../maths/brush.ts";
import type { Theme } from "../maths/colours.ts";
import type { TimeWindow } from "../maths/window.ts";
import "../panels/frame.ts";
import { goToStep } from "../state/actions/steps.ts";
import { brush, pick, showWindow } from "../state/actions/time.ts";
import { allRows } from "../state/batch_rows.ts";
import type { Store } from "../state/store.ts";
import "./empty_state.ts";
import "./overview/overview.ts";
import "./timeline/timeline.ts";
import type { Picked } from "./timeline/timeline.ts";

export interface Look {
  readonly theme: Theme;
  /** The timestep under the mouse in the overview. */
  readonly cursor: number | null;
  readonly setCursor: (timestep: number | null) => void;
}

export function renderMain(store: Store, look: Look) {
  if (store.runFault !== null) {
    const advice = (store.runs ?? []).length > 0 ? "Choose another run above." : "";
    return renderMessage("This run cannot be shown", store.runFault, advice);
  }
  if (store.runs?.length === 0) return html`<rnn-empty-state></rnn-empty-state>`;
  if (store.selection.overview && store.run !== null) return renderOverview(store, look);
  if (store.traceFault !== null) {
    const { unit } = store.run ?? { unit: "epoch" };
    const title = `${unit === "epoch" ? "Epoch" : "Batch"} ${store.selection.step} cannot be shown`;
    return renderMessage(title, store.traceFault, "Other steps may be whole.");
  }
  return store.view === null ? renderWaiting(store.loading) : renderTimeline(store, look);
}

const zoom = (store: Store) => (event: CustomEvent<TimeWindow | null>) => showWindow(store, event.detail);

function renderTimeline(store: Store, { theme }: Look) {
  const { view, selection, run, panels } = store;
  if (view === null) return nothing;
  const goTo = (event: CustomEvent<number>) => goToStep(store, event.detail);
  return html`<rnn-timeline
      data-shown-step=${view.a.trace.key.step}
      data-other-step=${view.b?.trace.key.step ?? nothing}
      .view=${view}
      .wanted=${selection.window}
      .pin=${selection.pin}
      .pinned=${selection.pinned}
      .only=${selection.only}
      .colours=${{ contrast: selection.contrast, extremes: selection.extremes }}
      .evolution=${panels.evolution}
      .found=${store.finder.matches ?? []}
      .brush=${selection.brush}
      .theme=${theme}
      @window-change=${zoom(store)}
      @brush-change=${(event: CustomEvent<Brush>) => brush(store, event.detail)}
      @pick=${(event: CustomEvent<Picked>) => pick(store, event.detail)}
      @step-change=${goTo}
    ></rnn-timeline>
    ${
      selection.panel === null || run === null
        ? nothing
        : html`<rnn-panel
          .run=${run}
          .selection=${selection}
          .view=${view}
          .answers=${panels.answers}
          @step-change=${goTo}
        ></rnn-panel>`
    }`;
}

function renderOverview(store: Store, { theme, cursor, setCursor }: Look) {
  const { selection, overviews, run } = store;
  if (overviews.layer === null) return renderWaiting(store.loading);
  return html`<rnn-overview
    .layer=${overviews.layer}
    .entries=${overviews.entries}
    .overlay=${selection.overlay}
    .window=${selection.window}
    .cursor=${cursor ?? selection.pin?.timestep ?? null}
    .theme=${theme}
    .unit=${run?.unit ?? "epoch"}
    .over=${allRows(run, overviews.layer)}
    @window-change=${zoom(store)}
    @cursor-change=${(event: CustomEvent<number | null>) => setCursor(event.detail)}
    @overlay-change=${(event: CustomEvent<number>) => void store.update({ overlay: event.detail })}
  ></rnn-overview>`;
}

function renderWaiting(loading: boolean) {
  if (loading) return html`<div class="message loading" role="status"><p>Loading…</p></div>`;
  return renderMessage(
    "Nothing to show in this run yet",
    "Its first step appears here as soon as it is captured.",
    "",
  );
}

function renderMessage(title: string, sentence: string, advice: string) {
  return html`<div class="message" role="alert">
    <h2>${title}</h2>
    <p>${sentence}</p>
    ${advice === "" ? nothing : html`<p>${advice}</p>`}
  </div>`;
}
