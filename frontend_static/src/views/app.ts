/** The tab: reads the session, lays out the views, and turns their events into the session's methods. */
import { html, LitElement, nothing } from "lit";
import { Client } from "../api/client.ts";
import { Host } from "../host/host.ts";
import { watchTheme } from "../host/theme.ts";
import { watchVisibility } from "../host/visibility.ts";
import type { Theme } from "../maths/colours.ts";
import { identityOrder } from "../maths/units.ts";
import { commandOf, controlTakes } from "../state/keys.ts";
import { toParams } from "../state/params.ts";
import type { Selection } from "../state/selection.ts";
import { Session } from "../state/session.ts";
import { appStyles } from "./app_styles.ts";
import type { FindBox } from "./bars/find_box.ts";
import { pickerStyles } from "./bars/pickers.ts";
import { type Axis, type KeyboardContext, runCommand } from "./keyboard.ts";
import { type Look, renderMain } from "./main_view.ts";
import type { Overview } from "./overview/overview.ts";
import "./export/export_menu.ts";
import { renderPanels, renderScrubber, renderTools } from "./bars/tool_bar.ts";
import { base } from "./theme.ts";
import type { Timeline } from "./timeline/timeline.ts";
import "./bars/top_bar.ts";
import type { TopBar } from "./bars/top_bar.ts";

/** Browsers refuse a page that rewrites its URL too often; playing would. */
const URL_DELAY = 250;

export class App extends LitElement {
  static override properties = {
    theme: { state: true },
    dismissed: { state: true },
    cursor: { state: true },
  };

  static override styles = [base, pickerStyles, appStyles];

  declare private theme: Theme;
  declare private dismissed: string;
  /** The timestep under the mouse in the overview. */
  declare private cursor: number | null;
  private readonly host = new Host();
  private readonly session: Session;
  private urlTimer: ReturnType<typeof setTimeout> | undefined;
  private visible = true;

  constructor() {
    super();
    this.theme = "light";
    this.dismissed = "";
    this.cursor = null;
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
    this.addEventListener("selection-change", (event) =>
      this.onSelect(event as CustomEvent<Partial<Selection>>),
    );
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
    const { selection } = session;
    return html`
      <rnn-top-bar
        .runs=${session.runs}
        .run=${session.run}
        .selection=${selection}
        @run-change=${(event: CustomEvent<string>) => session.chooseRun(event.detail)}
        @layer-change=${(event: CustomEvent<string>) => session.chooseLayer(event.detail)}
        @sample-change=${(event: CustomEvent<string>) => void session.choose({ sample: Number(event.detail) })}
      >
        ${session.run === null ? nothing : html`${renderPanels(session)} ${this.renderExport()}`}
      </rnn-top-bar>
      ${renderScrubber(session)} ${renderTools(session, this.context)} ${this.renderProblems()}
      <main aria-busy=${session.loading}>${renderMain(session, this.look)}</main>
    `;
  }

  private renderExport() {
    return html`<rnn-export-menu
      .session=${this.session}
      .picture=${() => this.picture}
      .address=${() => this.link()}
    ></rnn-export-menu>`;
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

  private onSelect({ detail }: CustomEvent<Partial<Selection>>): void {
    void this.session.choose(detail);
  }

  private get timeline(): Timeline | null {
    return this.renderRoot.querySelector("rnn-timeline");
  }

  private get overview(): Overview | null {
    return this.renderRoot.querySelector("rnn-overview");
  }

  private get axis(): Axis | null {
    const { timeline, overview } = this;
    if (timeline !== null) return { ...timeline.layout, rows: timeline.rows };
    if (overview === null) return null;
    const { visible, total, minSpan, layer } = overview;
    return { window: visible, total, minSpan, rows: identityOrder(layer.units) };
  }

  /** What a picture of the view is taken of: all of it, also what must be scrolled to. */
  private get picture(): Element | null {
    return (this.timeline ?? this.overview)?.renderRoot.querySelector(".content") ?? null;
  }

  /** The address of what is on the screen now. */
  private link(): string {
    this.writeUrl();
    return this.host.link;
  }

  private get look(): Look {
    const { theme, cursor } = this;
    const setCursor = (timestep: number | null) => {
      this.cursor = timestep;
    };
    return { theme, cursor, setCursor };
  }

  private get context(): KeyboardContext {
    return {
      session: this.session,
      axis: () => this.axis,
      toggleHelp: () => this.renderRoot.querySelector<TopBar>("rnn-top-bar")?.toggleHelp(),
      focusFind: () => this.renderRoot.querySelector<FindBox>("rnn-find-box")?.focus(),
    };
  }

  private onKey(event: KeyboardEvent): void {
    const focused = event.composedPath()[0];
    if (event.defaultPrevented || (focused instanceof Element && controlTakes(focused.tagName, event.key)))
      return;
    const command = commandOf(event);
    if (command === null) return;
    // A held key waits for the picture, so that each step it passes also shows.
    const waits = event.repeat && command.do === "step" && this.session.loading;
    if (waits || runCommand(command, this.context)) event.preventDefault();
  }
}

customElements.define("rnn-timeline-app", App);
