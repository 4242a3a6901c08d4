/** The export menu: the view as a picture, as numbers, as Python that loads it, or as a link. */
import { html, LitElement, nothing } from "lit";
import { sentenceOf } from "../../api/client.ts";
import { csv } from "../../export/csv.ts";
import { npy } from "../../export/npy.ts";
import { isFull, type TimeWindow } from "../../maths/window.ts";
import { codeOf, fileName, numbersOf, titleOf } from "../../state/exported.ts";
import type { Store } from "../../state/store.ts";
import { tokensOf, type View } from "../../state/view.ts";
import { pickerStyles, renderPicker } from "../bars/pickers.ts";
import { select } from "../events.ts";
import { popoverStyles } from "../popover_styles.ts";
import { base, MONO } from "../theme.ts";
import { Timeline } from "../timeline/timeline.ts";
import { copyText, save } from "./clipboard.ts";
import { exportStyles } from "./export_styles.ts";
import { pictureOf, pngOf } from "./picture.ts";

type Row = "Picture" | "Numbers" | "Python" | "Link";

export class ExportMenu extends LitElement {
  static override properties = {
    store: { attribute: false },
    address: { attribute: false },
    picture: { attribute: false },
    done: { state: true },
    open: { state: true },
    second: { state: true },
  };

  static override styles = [base, pickerStyles, popoverStyles, exportStyles];

  declare store: Store;
  /** The link that shows the same view. */
  declare address: () => string;
  /** The element that holds the view, or null while there is none. */
  declare picture: () => Element | null;
  /** The result of the last action, shown in its row. */
  declare private done: { readonly row: Row; readonly sentence: string } | null;
  declare private open: boolean;
  /** Whether the numbers are those of B, where two pictures stand side by side. */
  declare private second: boolean;

  constructor() {
    super();
    this.done = null;
    this.open = false;
    this.second = false;
    // Escape closes the menu only: the crosshair stays.
    this.addEventListener("keydown", (event) => {
      if (this.open && event.key === "Escape") event.stopPropagation();
    });
  }

  override render() {
    return html`
      <button class="switch" popovertarget="export" title="Picture, numbers, link, Python">Export</button>
      <div id="export" popover role="dialog" aria-label="Export" @toggle=${this.onToggle}>
        ${this.open ? this.renderChoices() : nothing}
      </div>
    `;
  }

  private onToggle(event: ToggleEvent): void {
    this.open = event.newState === "open";
    this.done = null;
  }

  private renderChoices() {
    const { view, selection } = this.store;
    const save = (format: "png" | "svg") => () => this.savePicture(format);
    return html`
      ${this.renderRow("Picture", html`${this.renderAction("Picture", "PNG", save("png"))} ${this.renderAction("Picture", "SVG", save("svg"))}`)}
      ${view === null || selection.overview ? nothing : html`${this.renderNumbers(view)} ${this.renderPython(view)}`}
      ${this.renderRow(
        "Link",
        this.renderAction("Link", "Copy link", () => copyText(this.address())),
      )}
    `;
  }

  private renderNumbers(view: View) {
    const save = (format: "csv" | "npy") => () => this.saveNumbers(view, format);
    const signals = view.a.layer.signals.map(({ name, label }) => ({ value: name, text: label }));
    const sides = ["A", "B"].map((side) => ({ value: side, text: side }));
    return this.renderRow(
      "Numbers",
      html`${renderPicker("of", "export-signal", signals, this.store.selection.signal ?? "", (signal) => select(this, { signal }))}
        ${
          view.compare === "side" && view.b !== null
            ? renderPicker("in", "export-side", sides, this.second ? "B" : "A", (side) => {
                this.second = side === "B";
              })
            : nothing
        }
        ${this.renderAction("Numbers", "CSV", save("csv"))} ${this.renderAction("Numbers", "NPY", save("npy"))}`,
    );
  }

  private renderPython(view: View) {
    const code = codeOf(view, this.store.selection, this.window);
    return html`${this.renderRow(
      "Python",
      this.renderAction("Python", "Copy code", () => copyText(code)),
    )}
      <pre style="font: 11px/17px ${MONO}"><code>${code}</code></pre>`;
  }

  private renderRow(row: Row, content: unknown) {
    const result = this.done?.row === row ? this.done.sentence : "";
    return html`<div class="row"><h2>${row}</h2>${content}<span role="status">${result}</span></div>`;
  }

  private renderAction(row: Row, text: string, act: () => void | Promise<void>) {
    return html`<button class="action" @click=${() => this.tell(row, text, act)}>${text}</button>`;
  }

  /** Runs an action, and shows whether it succeeded. */
  private async tell(row: Row, text: string, act: () => void | Promise<void>): Promise<void> {
    try {
      await act();
      this.done = { row, sentence: text.startsWith("Copy") ? "Copied." : `${text} saved.` };
    } catch (error) {
      this.done = { row, sentence: sentenceOf(error) };
    }
  }

  private saveNumbers(view: View, format: "csv" | "npy"): void {
    const { plot, nouns, side, name } = numbersOf(view, this.store.selection, this.second);
    const { matrix, mask } = plot;
    if (format === "npy") save(`${name}.npy`, "application/octet-stream", npy(matrix));
    else save(`${name}.csv`, "text/csv", csv(matrix, { tokens: tokensOf(side), mask, nouns }));
  }

  /** The stretch in view. It differs from the one in the URL if that was made on another screen. */
  private get window(): TimeWindow | null {
    const root = this.picture()?.getRootNode();
    const host = root instanceof ShadowRoot ? root.host : null;
    if (!(host instanceof Timeline)) return null;
    const { window, total } = host.layout;
    return isFull(window, total) ? null : window;
  }

  private async savePicture(format: "png" | "svg"): Promise<void> {
    const root = this.picture();
    if (root === null) throw new Error("Nothing is on the screen yet.");
    const title = this.heading;
    const picture = pictureOf(root, title);
    if (format === "svg") save(`${fileName(title)}.svg`, "image/svg+xml", picture.svg);
    else
      save(`${fileName(title)}.png`, "image/png", await pngOf(picture, Math.max(2, window.devicePixelRatio)));
  }

  private get heading(): string {
    const { view, selection, overviews } = this.store;
    if (view !== null && !selection.overview) return titleOf(view);
    return `${overviews.entries.map(({ label }) => label).join(" | ")} · ${selection.layer}`;
  }
}

customElements.define("rnn-export-menu", ExportMenu);
