/** The tab: lays out the views of the store, and turns their events into actions. */
import { html, LitElement, nothing } from "lit";
import { Client } from "../api/client.ts";
import { Host } from "../host/host.ts";
import { watchTheme } from "../host/theme.ts";
import { watchVisibility } from "../host/visibility.ts";
import type { Theme } from "../maths/colours.ts";
import { identityOrder } from "../maths/units.ts";
import { chooseLayer, chooseRun, chooseSample } from "../state/actions/runs.ts";
import type { TimeAxis } from "../state/actions/time.ts";
import { haveOtherProbes, whyUnrelated } from "../state/correspondence.ts";
import { commandOf, controlTakes } from "../state/keys.ts";
import { toParams } from "../state/params.ts";
import type { Selection } from "../state/selection.ts";
import { Store } from "../state/store.ts";
import { appStyles } from "./app_styles.ts";
import type { FindBox } from "./bars/find_box.ts";
import { pickerStyles } from "./bars/pickers.ts";
import { type KeyboardContext, runCommand } from "./keyboard.ts";
import { type Look, renderMain } from "./main_view.ts";
import type { Overview } from "./overview/overview.ts";
import "./export/export_menu.ts";
import { renderPanels, renderScrubber, renderTools } from "./bars/tool_bar.ts";
import { base } from "./theme.ts";
import type { Timeline } from "./timeline/timeline.ts";
import "./bars/top_bar.ts";
import type { TopBar } from "./bars/top_bar.ts";

/** Browsers refuse a page that rewrites its URL too often, as playing would. */
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
  private readonly store: Store;
  private urlTimer: ReturnType<typeof setTimeout> | undefined;
  private visible = true;

  constructor() {
    super();
    this.theme = "light";
    this.dismissed = "";
    this.cursor = null;
    this.store = new Store(new Client(import.meta.url), () => this.onStoreChange());
  }

  override connectedCallback(): void {
    super.connectedCallback();
    watchTheme((theme) => {
      this.theme = theme;
      document.documentElement.dataset.theme = theme;
    });
    watchVisibility((visible) => {
      this.visible = visible;
      this.store.setVisible(visible);
      // Another tab of TensorBoard has replaced the URL meanwhile.
      if (visible) this.scheduleUrl();
    });
    this.host.onNavigate((params) => {
      // A bare hash is TensorBoard coming back to this tab: the selection stays.
      if (Object.keys(params).length > 0) this.store.navigate(params);
      else this.scheduleUrl();
    });
    this.host.onDataReloaded(() => this.store.reload());
    window.addEventListener("pagehide", () => this.writeUrl());
    document.addEventListener("keydown", (event) => this.onKey(event));
    this.addEventListener(
      "selection-change",
      (event) => void this.store.update((event as CustomEvent<Partial<Selection>>).detail),
    );
    this.store.start(this.host.readParams());
  }

  private onStoreChange(): void {
    this.requestUpdate();
    this.scheduleUrl();
  }

  private scheduleUrl(): void {
    this.urlTimer ??= setTimeout(() => this.writeUrl(), URL_DELAY);
  }

  private writeUrl(): void {
    clearTimeout(this.urlTimer);
    this.urlTimer = undefined;
    if (this.visible && this.store.selection.run !== null)
      this.host.writeParams(toParams(this.store.selection));
  }

  override render() {
    const { store } = this;
    const { selection } = store;
    return html`
      <rnn-top-bar
        .runs=${store.runs}
        .run=${store.run}
        .selection=${selection}
        @run-change=${(event: CustomEvent<string>) => chooseRun(store, event.detail)}
        @layer-change=${(event: CustomEvent<string>) => chooseLayer(store, event.detail)}
        @sample-change=${(event: CustomEvent<string>) => chooseSample(store, Number(event.detail))}
      >
        ${store.run === null ? nothing : html`${renderPanels(store)} ${this.renderExport()}`}
      </rnn-top-bar>
      ${renderScrubber(store)} ${renderTools(store, () => this.axis)} ${this.renderProblems()}
      <main aria-busy=${store.loading}>${renderMain(store, this.look)}</main>
    `;
  }

  private renderExport() {
    return html`<rnn-export-menu
      .store=${this.store}
      .picture=${() => this.picture}
      .address=${() => this.link()}
    ></rnn-export-menu>`;
  }

  private renderProblems() {
    const { rowFault, run } = this.store;
    const unrelated = this.unrelated;
    const own = [unrelated, rowFault].filter((sentence) => sentence !== null);
    const problems = [...own, ...(run?.problems ?? [])];
    const id = JSON.stringify(problems);
    if (problems.length === 0 || id === this.dismissed) return nothing;
    return html`<div class="notice" role="status">
      <ul>
        ${problems.map((problem) => html`<li>${problem} ${problem === unrelated ? this.renderInstead() : nothing}</li>`)}
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

  /** Why the difference that is asked for is not shown; null if it is. */
  private get unrelated(): string | null {
    const { view, selection } = this.store;
    if (view?.compare !== "difference" || view.b === null || selection.overview) return null;
    return whyUnrelated(view.a, view.b);
  }

  /** What can be compared of units that do not correspond. */
  private renderInstead() {
    const { store } = this;
    const matches = html`<button class="quiet" @click=${() => void store.update({ panel: "pairs" })}>Match units by what they do</button>`;
    const { view } = store;
    const canMatch = view !== null && view.b !== null && !haveOtherProbes(view.a.run, view.b.run);
    return html`${canMatch ? matches : nothing}
      <button class="quiet" @click=${() => void store.update({ overview: true })}>Compare distributions over time</button>`;
  }

  private get timeline(): Timeline | null {
    return this.renderRoot.querySelector("rnn-timeline");
  }

  private get overview(): Overview | null {
    return this.renderRoot.querySelector("rnn-overview");
  }

  private get axis(): TimeAxis | null {
    const { timeline, overview } = this;
    if (timeline !== null) return { ...timeline.layout, rows: timeline.rows };
    if (overview === null) return null;
    const { visible, total, minSpan, layer } = overview;
    return { window: visible, total, minSpan, rows: identityOrder(layer.units) };
  }

  /** The element that is exported as a picture: all of the view, including what must be scrolled to. */
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
      store: this.store,
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
    // A held key waits for the picture, so that each step that it passes is shown.
    const waits = event.repeat && command.do === "step" && this.store.loading;
    if (waits || runCommand(command, this.context)) event.preventDefault();
  }
}

customElements.define("rnn-timeline-app", App);
