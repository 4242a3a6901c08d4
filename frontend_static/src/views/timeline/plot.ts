/** One heatmap and the marks on its rows. */
import { css, html, LitElement, nothing, type PropertyValues } from "lit";
import type { Theme } from "../../maths/colours.ts";
import { type Scale, scaleId } from "../../maths/scale.ts";
import { sameWindow, type TimeWindow } from "../../maths/window.ts";
import type { Plot } from "../../state/lanes.ts";
import { fitCanvas } from "../canvas.ts";
import { send } from "../events.ts";
import { base } from "../theme.ts";
import { drawHeatmap } from "./draw_heatmap.ts";

const PAINTED = ["plot", "scale", "clipped", "window", "theme", "width", "height", "ratio"] as const;

function samePlot(a: Plot, b: Plot | undefined): boolean {
  return a.matrix === b?.matrix && a.mask === b.mask && a.order === b.order;
}

/** A marked row: under the pointer, or `pin` where a click left the crosshair. */
export interface Mark {
  readonly row: number;
  readonly pin: boolean;
}

export class PlotView extends LitElement {
  static override properties = {
    // Painting is expensive, so an equal value with another identity does not count as changed.
    plot: { attribute: false, hasChanged: (a: Plot, b?: Plot) => !samePlot(a, b) },
    scale: { attribute: false, hasChanged: (a: Scale, b?: Scale) => !b || scaleId(a) !== scaleId(b) },
    clipped: { attribute: false },
    window: { attribute: false, hasChanged: (a: TimeWindow, b?: TimeWindow) => !b || !sameWindow(a, b) },
    theme: { attribute: false },
    width: { type: Number },
    height: { type: Number },
    ratio: { type: Number },
    marks: { attribute: false },
    label: { attribute: false },
  };

  static override styles = [
    base,
    css`
      :host {
        display: block;
        position: relative;
        cursor: crosshair;
      }
      canvas {
        display: block;
      }
      .mark {
        position: absolute;
        left: 0;
        right: 0;
        pointer-events: none;
        border: solid var(--ink);
        border-width: 1px 0;
        box-shadow: 0 -1px var(--page), 0 1px var(--page);
      }
      .mark.pin {
        border-color: var(--accent);
      }
    `,
  ];

  declare plot: Plot;
  declare scale: Scale;
  /** Whether values may lie beyond the scale. */
  declare clipped: boolean;
  declare window: TimeWindow;
  declare theme: Theme;
  declare width: number;
  declare height: number;
  declare ratio: number;
  declare marks: readonly Mark[];
  declare label: string;

  constructor() {
    super();
    this.clipped = false;
  }

  override render() {
    return html`<canvas role="img" aria-label=${this.label}></canvas>${this.marks.map((mark) => this.renderMark(mark))}`;
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (PAINTED.some((name) => changed.has(name))) this.paint();
  }

  private paint(): void {
    const canvas = this.renderRoot.querySelector("canvas");
    if (canvas === null) return;
    const { plot, scale, clipped, window, theme } = this;
    const context = fitCanvas(canvas, this.width, this.height);
    const notFinite = drawHeatmap(context, { ...plot, scale, clipped, window, theme });
    send(this, "not-finite", notFinite);
  }

  private renderMark({ row, pin }: Mark) {
    const rows = this.plot.order.length;
    // A plot of one row needs no mark.
    if (row < 0 || rows === 1) return nothing;
    const height = this.height / rows;
    const thick = Math.max(1, Math.round(height)) + 2;
    const top = Math.round((row + 0.5) * height - thick / 2);
    return html`<div class=${pin ? "mark pin" : "mark"} style="top: ${top}px; height: ${thick}px"></div>`;
  }
}

customElements.define("rnn-plot", PlotView);
