/** A line chart: curves over one x axis, labelled axes, a crosshair, and the place under the mouse. */
import { axisBottom, axisLeft, axisRight } from "d3-axis";
import { select } from "d3-selection";
import { css, html, LitElement, nothing, svg } from "lit";
import { clearCanvas } from "../views/canvas.ts";
import { send } from "../views/events.ts";
import { base } from "../views/theme.ts";
import { labelsOf, type XAxis, type YAxis } from "./axes.ts";
import type { Chart } from "./chart.ts";
import { alone, areaPath, type Curve, isThere, linePath, type Placing } from "./curves.ts";
import { paintChart } from "./paint.ts";

/** Room for the texts below the plot. */
const FOOT = 16;

/** Sends `place-hover`, a place or null, and `place-pick`. */
export class LineChart extends LitElement {
  static override properties = { chart: { attribute: false } };

  static override styles = [
    base,
    css`
      :host {
        display: block;
      }
      svg,
      canvas {
        display: block;
      }
      svg {
        overflow: visible;
      }
      svg.picks {
        cursor: pointer;
      }
      path {
        fill: none;
        stroke-linejoin: round;
      }
      .axis {
        pointer-events: none;
      }
      .axis .domain {
        display: none;
      }
      .axis line {
        stroke: var(--rule);
      }
      text {
        fill: var(--soft);
        font: 11px Inter, system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
        font-variant-numeric: tabular-nums;
      }
      .level {
        stroke: var(--soft);
      }
      .crosshair {
        stroke: var(--ink);
        stroke-dasharray: 3 3;
      }
      .under {
        fill: var(--accent);
        fill-opacity: 0.12;
      }
      .point {
        fill: var(--accent);
        fill-opacity: 0.6;
      }
      .point.at {
        fill: var(--ink);
        fill-opacity: 1;
      }
    `,
  ];

  declare chart: Chart;

  override render() {
    const { chart } = this;
    if (chart.canvas) return html`<canvas role="img" aria-label=${chart.label}></canvas>`;
    const { x, height, gutter, label, picks } = chart;
    const foot = x.ends === null ? 0 : FOOT;
    return html`<div style="padding: 0 ${gutter.right}px ${foot}px ${gutter.left}px">
      <svg
        class=${picks ? "picks" : nothing}
        width=${x.width}
        height=${height}
        role="img"
        aria-label=${label}
        @pointermove=${(event: PointerEvent) => send(this, "place-hover", this.placeOf(event))}
        @pointerleave=${() => send(this, "place-hover", null)}
        @click=${(event: PointerEvent) => this.pick(event)}
      >
        <g class="axis left"></g>
        <g class="axis right" transform="translate(${x.width},0)"></g>
        <g class="axis x" transform="translate(0,${height})"></g>
        ${chart.below ?? nothing} ${this.renderLevel()}
        ${chart.curves.map((curve) => this.renderCurve(curve))} ${this.renderCrosshair()}
      </svg>
    </div>`;
  }

  protected override updated(): void {
    const { chart, renderRoot } = this;
    if (chart.canvas) {
      const canvas = renderRoot.querySelector("canvas") as HTMLCanvasElement;
      paintChart(clearCanvas(canvas, chart.x.width, chart.height), chart, chart.canvas);
      return;
    }
    const group = (name: string) => renderRoot.querySelector(`.axis.${name}`) as SVGGElement;
    drawYAxis(group("left"), chart.left, "left", chart.x.width);
    if (chart.right) drawYAxis(group("right"), chart.right, "right", chart.x.width);
    if (chart.x.ends !== null) drawXAxis(group("x"), chart.x, chart.x.ends);
  }

  private placing({ axis }: Curve): Placing {
    const { x, left, right } = this.chart;
    return { x: x.x, y: (axis === "right" && right ? right : left).scale };
  }

  private renderCurve(curve: Curve) {
    const { name, stroke, width, heights, xs } = curve;
    const placing = this.placing(curve);
    const kind = name === this.chart.main ? "main" : nothing;
    const points = alone(heights).map(
      (i) =>
        svg`<circle cx=${placing.x(xs[i] as number)} cy=${placing.y(heights[i] as number)} r="2" fill=${stroke} />`,
    );
    return svg`${curve.area === null ? nothing : svg`<path style="fill: ${curve.area.fill}" d=${areaPath(curve, placing) ?? ""} />`}
      <path class=${kind} data-line=${name} stroke=${stroke ?? "none"} stroke-width=${width} d=${linePath(curve, placing) ?? ""} />${points}`;
  }

  private renderLevel() {
    const { level, left, x } = this.chart;
    if (level === null || level === undefined) return nothing;
    return svg`<path class="level" d="M0 ${Math.round(left.scale(level) - 0.5) + 0.5}H${x.width}" />`;
  }

  private renderCrosshair() {
    const { at, x, height, curves, main } = this.chart;
    if (at === null || at === undefined) return nothing;
    const middle = x.x(at).toFixed(1);
    return svg`<path class="crosshair" d="M${middle} 0V${height}" />${curves
      .filter(({ name }) => name === main)
      .map((curve) => this.renderDot(curve, at))}`;
  }

  private renderDot(curve: Curve, at: number) {
    const { x, y } = this.placing(curve);
    const value = curve.heights[curve.xs.indexOf(at)];
    return isThere(value)
      ? svg`<circle cx=${x(at).toFixed(1)} cy=${y(value).toFixed(1)} r="3" fill=${curve.stroke ?? "none"} />`
      : nothing;
  }

  private placeOf(event: PointerEvent): number | null {
    return this.chart.x.at(event.clientX - (event.currentTarget as Element).getBoundingClientRect().left);
  }

  private pick(event: PointerEvent): void {
    const place = this.placeOf(event);
    if (this.chart.picks && place !== null) send(this, "place-pick", place);
  }
}

/** Labels beside the plot; the left axis also has its lines across. */
function drawYAxis(group: SVGGElement, axis: YAxis, side: "left" | "right", width: number): void {
  const labels = labelsOf(axis);
  const values = [...new Set([...axis.ticks, ...labels.keys()])].sort((a, b) => a - b);
  const make = side === "left" ? axisLeft(axis.scale) : axisRight(axis.scale);
  const lines = new Set(side === "left" ? axis.ticks : []);
  const drawn = select(group).call(
    make
      .tickValues(values)
      .tickFormat((value) => labels.get(Number(value))?.text ?? "")
      .tickSize(0)
      .tickPadding(6),
  );
  drawn.selectAll<SVGTextElement, number>("text").attr("class", "end");
  drawn
    .selectAll<SVGTextElement, number>("text")
    .attr("y", (value) => (labels.get(value)?.y ?? axis.scale(value)) - axis.scale(value));
  drawn.selectAll<SVGLineElement, number>("line").attr("x2", (value) => (lines.has(value) ? width : 0));
}

/** A text below either end of the plot, aligned with it. */
function drawXAxis(group: SVGGElement, { scale }: XAxis, ends: readonly [string, string]): void {
  const [first, last] = scale.domain() as [number, number];
  const drawn = select(group).call(
    axisBottom(scale)
      .tickValues(first === last ? [first] : [first, last])
      .tickFormat((_, i) => ends[i] ?? "")
      .tickSize(0)
      .tickPadding(4),
  );
  drawn
    .selectAll("text")
    .attr("text-anchor", (_, i) => (first === last ? "middle" : i === 0 ? "start" : "end"));
}

customElements.define("rnn-line-chart", LineChart);
