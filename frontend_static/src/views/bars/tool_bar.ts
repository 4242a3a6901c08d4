/** The bars above the view: the scrubber, and the controls of what is shown. */
import { html, nothing } from "lit";
import type { Panel } from "../../state/selection.ts";
import type { Session } from "../../state/session.ts";
import "./compare_bar.ts";
import "./find_box.ts";
import { type KeyboardContext, showMatch } from "../keyboard.ts";
import { renderSwitch } from "./pickers.ts";
import "./rows_bar.ts";
import "./scrubber.ts";

export function renderScrubber(session: Session) {
  const { run, selection, view, loading, stepping } = session;
  if (run === null || run.steps.length === 0) return nothing;
  const { compare, other } = selection;
  return html`<rnn-scrubber
    .run=${run}
    .step=${selection.step}
    .other=${compare === "off" ? null : other.step}
    .shown=${selection.overview ? selection.step : (view?.a.trace.key.step ?? selection.step)}
    .loading=${loading}
    .playing=${stepping.player.playing}
    .rate=${stepping.player.rate}
    .follow=${selection.follow}
    @step-change=${(event: CustomEvent<number>) => stepping.goTo(event.detail)}
    @other-step-change=${(event: CustomEvent<number>) =>
      void session.choose({ other: { ...other, step: event.detail } })}
    @play-toggle=${() => stepping.toggle()}
    @rate-change=${(event: CustomEvent<number>) => stepping.setRate(event.detail)}
  ></rnn-scrubber>`;
}

/** Which panels are open. */
export function renderPanels(session: Session) {
  const { overview, panel } = session.selection;
  const toggle = (wanted: Panel) => {
    const isOpen = wanted === "findings" ? panel === wanted : panel !== null && panel !== "findings";
    void session.choose({ panel: isOpen ? null : wanted });
  };
  return html`
    ${renderSwitch("Overview", overview, "Statistics of the whole run (v)", () => void session.choose({ overview: !overview }))}
    ${
      overview
        ? nothing
        : html`${renderSwitch("Findings", panel === "findings", "What looks wrong, and why (d)", () => toggle("findings"))}
          ${renderSwitch("Inspector", panel !== null && panel !== "findings", "The picked unit over all steps (i)", () => toggle("unit"))}`
    }
  `;
}

export function renderTools(session: Session, context: KeyboardContext) {
  const { run, selection, finder } = session;
  const layer = run?.layers.find(({ key }) => key === selection.layer);
  if (run === null || layer === undefined) return nothing;
  const rows = html`<rnn-rows-bar
      .layer=${layer}
      .selection=${selection}
      .shown=${session.view?.a.trace.key.step ?? selection.step}
      .otherShown=${session.view?.b?.trace.key.step ?? null}
      .fault=${session.view?.orderFault ?? null}
    ></rnn-rows-bar>
    <rnn-find-box
      .query=${selection.find}
      .places=${finder.matches}
      .at=${finder.at}
      @find-change=${(event: CustomEvent<string>) => session.look({ find: event.detail })}
      @find-go=${(event: CustomEvent<number>) => showMatch(context, event.detail)}
    ></rnn-find-box>`;
  return html`<div class="tools" role="toolbar" aria-label="What is shown">
    <rnn-compare-bar
      .runs=${session.runs ?? []}
      .run=${run}
      .otherRun=${session.otherRun}
      .selection=${selection}
      @swap=${() => session.swap()}
    ></rnn-compare-bar>
    ${selection.overview ? nothing : rows}
  </div>`;
}
