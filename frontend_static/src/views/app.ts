/** The tab: reads the session, lays out the views, and turns their events into the session's methods. */
import { html, LitElement, nothing } from "lit";
import { Client } from "../api/client.ts";
import { Host } from "../host/host.ts";
import { watchTheme } from "../host/theme.ts";
import { watchVisibility } from "../host/visibility.ts";
import type { Theme } from "../maths/colours.ts";
import type { Cell } from "../maths/hit.ts";
import { reveal, type TimeWindow, zoomAround } from "../maths/window.ts";
import { type Command, commandOf, controlTakes, moveCell } from "../state/keys.ts";
import { toParams } from "../state/selection.ts";
import { Session } from "../state/session.ts";
import { appStyles } from "./app_styles.ts";
import "./empty_state.ts";
import "./scrubber.ts";
import "./timeline.ts";
import type { Timeline } from "./timeline.ts";
import "./top_bar.ts";
import { base } from "./theme.ts";
import type { TopBar } from "./top_bar.ts";

/** Browsers refuse a page that rewrites its URL too often; playing would. */
const URL_DELAY = 250;

export class App extends LitElement {
  static override properties = { theme: { state: true }, dismissed: { state: true } };

  static override styles = [base, appStyles];

  declare private theme: Theme;
  declare private dismissed: string;
  private readonly host = new Host();
  private readonly session: Session;
  private urlTimer: ReturnType<typeof setTimeout> | undefined;
  private visible = true;

  constructor() {
    super();
    this.theme = "light";
    this.dismissed = "";
    this.session = new Session(new Client(import.meta.url), () => this.onSessionChange());
  }

  override connectedCallback(): void {
    super.connectedCallback();
    watchTheme((theme) => {
      this.theme = theme;
      document.documentElement.dataset.theme = theme;
    });
    watchVisibility((visible) => {
      this.visible = visible;
      this.session.setVisible(visible);
      // Another tab of TensorBoard has replaced the URL meanwhile.
      if (visible) this.scheduleUrl();
    });
    this.host.onNavigate((params) => {
      // A bare hash is TensorBoard coming back to this tab, not a wish to forget the selection.
      if (Object.keys(params).length > 0) this.session.navigate(params);
      else this.scheduleUrl();
    });
    this.host.onDataReloaded(() => void this.session.reload());
    window.addEventListener("pagehide", () => this.writeUrl());
    document.addEventListener("keydown", (event) => this.onKey(event));
    this.session.start(this.host.readParams());
  }

  private onSessionChange(): void {
    this.requestUpdate();
    this.scheduleUrl();
  }

  private scheduleUrl(): void {
    this.urlTimer ??= setTimeout(() => this.writeUrl(), URL_DELAY);
  }

  private writeUrl(): void {
    clearTimeout(this.urlTimer);
    this.urlTimer = undefined;
    if (this.visible && this.session.selection.run !== null)
      this.host.writeParams(toParams(this.session.selection));
  }

  override render() {
    const { session } = this;
    return html`
      <rnn-top-bar
        .runs=${session.runs}
        .run=${session.run}
        .selection=${session.selection}
        @run-change=${(event: CustomEvent<string>) => session.chooseRun(event.detail)}
        @layer-change=${(event: CustomEvent<string>) => session.chooseLayer(event.detail)}
        @sample-change=${(event: CustomEvent<string>) => session.chooseSample(Number(event.detail))}
      ></rnn-top-bar>
      ${this.renderScrubber()} ${this.renderProblems()}
      <main aria-busy=${session.loading}>${this.renderMain()}</main>
    `;
  }

  private renderScrubber() {
    const { session } = this;
    if (session.run === null || session.run.steps.length === 0) return nothing;
    return html`<rnn-scrubber
      .run=${session.run}
      .step=${session.selection.step}
      .shown=${session.view?.trace.key.step ?? session.selection.step}
      .loading=${session.loading}
      .playing=${session.player.playing}
      .rate=${session.player.rate}
      @step-change=${(event: CustomEvent<number>) => this.goTo(event.detail)}
      @play-toggle=${() => this.togglePlay()}
      @rate-change=${(event: CustomEvent<number>) => {
        session.player.rate = event.detail;
        this.requestUpdate();
      }}
    ></rnn-scrubber>`;
  }

  private renderProblems() {
    const problems = this.session.run?.problems ?? [];
    const id = JSON.stringify(problems);
    if (problems.length === 0 || id === this.dismissed) return nothing;
    return html`<div class="notice" role="status">
      <ul>
        ${problems.map((problem) => html`<li>${problem}</li>`)}
      </ul>
      <button
        class="quiet"
        @click=${() => {
          this.dismissed = id;
        }}
      >
        Dismiss
      </button>
    </div>`;
  }

  private renderMain() {
    const { session } = this;
    if (session.runFault !== null) {
      const others = (session.runs ?? []).length > 0;
      return this.renderMessage(
        "This run cannot be shown",
        session.runFault,
        others ? "Choose another run above." : "",
      );
    }
    if (session.runs?.length === 0) return html`<rnn-empty-state></rnn-empty-state>`;
    if (session.traceFault !== null) {
      const { unit } = session.run ?? { unit: "epoch" };
      const title = `${unit === "epoch" ? "Epoch" : "Batch"} ${session.selection.step} cannot be shown`;
      return this.renderMessage(title, session.traceFault, "Other steps may be whole.");
    }
    if (session.view === null) return this.renderWaiting();
    const { view } = session;
    return html`<rnn-timeline
      data-shown-step=${view.trace.key.step}
      .view=${view}
      .annotations=${session.run?.annotations ?? []}
      .wanted=${session.selection.window}
      .pin=${session.selection.pin}
      .theme=${this.theme}
      @window-change=${(event: CustomEvent<TimeWindow | null>) => session.setWindow(event.detail)}
      @pin-change=${(event: CustomEvent<Cell | null>) => session.setPin(event.detail)}
    ></rnn-timeline>`;
  }

  private renderWaiting() {
    if (this.session.loading) return html`<div class="message loading" role="status"><p>Loading…</p></div>`;
    const title = "Nothing to show in this run yet";
    return this.renderMessage(title, "Its first step appears here as soon as it is captured.", "");
  }

  private renderMessage(title: string, sentence: string, advice: string) {
    return html`<div class="message" role="alert">
      <h2>${title}</h2>
      <p>${sentence}</p>
      ${advice === "" ? nothing : html`<p>${advice}</p>`}
    </div>`;
  }

  private goTo(step: number): void {
    this.session.pause();
    this.session.chooseStep(step);
  }

  private togglePlay(): void {
    if (this.session.player.playing) this.session.pause();
    else this.session.play();
  }

  private get timeline(): Timeline | null {
    return this.renderRoot.querySelector("rnn-timeline");
  }

  private onKey(event: KeyboardEvent): void {
    const focused = event.composedPath()[0];
    if (event.defaultPrevented || (focused instanceof Element && controlTakes(focused.tagName, event.key)))
      return;
    const command = commandOf(event);
    if (command === null) return;
    // A held key waits for the picture, so that each step it passes also shows.
    const waits = event.repeat && command.do === "step" && this.session.loading;
    if (waits || this.obey(command)) event.preventDefault();
  }

  /** False when there is nothing the command could act on. */
  private obey(command: Command): boolean {
    const { session } = this;
    if (command.do === "help") {
      this.renderRoot.querySelector<TopBar>("rnn-top-bar")?.toggleHelp();
      return true;
    }
    if (session.run === null) return false;
    if (command.do === "let-go") {
      session.setPin(null);
      // Escape also closes the help, which is the browser's own doing.
      return false;
    }
    if (command.do === "play") this.togglePlay();
    else if (command.do === "reset") session.setWindow(null);
    else if (command.do === "step") {
      session.pause();
      session.moveStep(command.by);
    } else if (command.do === "zoom") this.zoom(command.factor);
    else this.moveCursor(command);
    return true;
  }

  private zoom(factor: number): void {
    const { timeline, session } = this;
    if (timeline === null) return;
    const { window, total, minSpan } = timeline;
    const pin = session.selection.pin?.timestep ?? -1;
    const middle = pin >= window.from && pin < window.to ? pin + 0.5 : (window.from + window.to) / 2;
    const next = zoomAround(window, middle, factor, total, minSpan);
    session.setWindow(next.to - next.from >= total ? null : next);
  }

  private moveCursor(by: { timesteps: number; units: number }): void {
    const { timeline, session } = this;
    const layer = session.view?.layer;
    if (timeline === null || layer === undefined) return;
    const { window, total } = timeline;
    const middle = Math.min(total - 1, Math.floor((window.from + window.to) / 2));
    const cell = moveCell(session.selection.pin, by, { timesteps: total, units: layer.units, middle });
    session.setPin(cell);
    const shifted = reveal(window, cell.timestep, total);
    if (shifted !== window) session.setWindow(shifted);
  }
}

customElements.define("rnn-timeline-app", App);
