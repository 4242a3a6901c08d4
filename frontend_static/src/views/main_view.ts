/** What fills the page below the bars: the timeline, the overview, or a sentence on why there is neither. */
import { html, nothing } from "lit";
import type { LayerInfo } from "../api/types.ts";
import type { Brush } from "../maths/brush.ts";
import type { Theme } from "../maths/colours.ts";
import type { TimeWindow } from "../maths/window.ts";
import type { Selection } from "../state/selection.ts";
import type { Session } from "../state/session.ts";
import "./empty_state.ts";
import "./overview/overview.ts";
import { renderPanel } from "./panels/panel.ts";
import "./timeline/timeline.ts";
import type { Picked } from "./timeline/timeline.ts";

export interface Look {
  readonly theme: Theme;
  /** The timestep under the mouse in the overview. */
  readonly cursor: number | null;
  readonly setCursor: (timestep: number | null) => void;
}

export function renderMain(session: Session, look: Look) {
  if (session.runFault !== null) {
    const advice = (session.runs ?? []).length > 0 ? "Choose another run above." : "";
    return renderMessage("This run cannot be shown", session.runFault, advice);
  }
  if (session.runs?.length === 0) return html`<rnn-empty-state></rnn-empty-state>`;
  if (session.selection.overview && session.run !== null) return renderOverview(session, look);
  if (session.traceFault !== null) {
    const { unit } = session.run ?? { unit: "epoch" };
    const title = `${unit === "epoch" ? "Epoch" : "Batch"} ${session.selection.step} cannot be shown`;
    return renderMessage(title, session.traceFault, "Other steps may be whole.");
  }
  return session.view === null ? renderWaiting(session.loading) : renderTimeline(session, look);
}

const zoom = (session: Session) => (event: CustomEvent<TimeWindow | null>) =>
  session.look({ window: event.detail });

function renderTimeline(session: Session, { theme }: Look) {
  const { view, selection, stepping } = session;
  const { inspection } = session.panels;
  if (view === null) return nothing;
  const goTo = (event: CustomEvent<number>) => stepping.goTo(event.detail);
  return html`<rnn-timeline
      data-shown-step=${view.a.trace.key.step}
      data-other-step=${view.b?.trace.key.step ?? nothing}
      .view=${view}
      .wanted=${selection.window}
      .pin=${selection.pin}
      .pinned=${selection.pinned}
      .only=${selection.only}
      .contrast=${selection.contrast}
      .evolution=${inspection.evolution}
      .found=${session.finder.matches ?? []}
      .brush=${selection.brush}
      .theme=${theme}
      @window-change=${zoom(session)}
      @brush-change=${(event: CustomEvent<Brush>) => session.look({ brush: event.detail, matchStep: selection.step })}
      @pick=${(event: CustomEvent<Picked>) => session.look(ofFirst(event.detail, view.a.layer))}
      @step-change=${goTo}
    ></rnn-timeline>
    ${renderPanel(session)}`;
}

/** A click in B's pane may lie on what A does not have: then it says nothing of A. */
function ofFirst({ pin, signal }: Picked, { signals, units, timesteps }: LayerInfo): Partial<Selection> {
  const inside = pin !== null && pin.unit < units && pin.timestep < timesteps;
  const known = signals.some(({ name }) => name === signal);
  return { pin: inside ? pin : null, ...(known ? { signal } : {}) };
}

function renderOverview(session: Session, { theme, cursor, setCursor }: Look) {
  const { selection, overviews, run } = session;
  if (overviews.layer === null) return renderWaiting(session.loading);
  return html`<rnn-overview
    .layer=${overviews.layer}
    .entries=${overviews.entries}
    .overlay=${selection.overlay}
    .window=${selection.window}
    .cursor=${cursor ?? selection.pin?.timestep ?? null}
    .theme=${theme}
    .unit=${run?.unit ?? "epoch"}
    @window-change=${zoom(session)}
    @cursor-change=${(event: CustomEvent<number | null>) => setCursor(event.detail)}
    @overlay-change=${(event: CustomEvent<number>) => session.look({ overlay: event.detail })}
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
