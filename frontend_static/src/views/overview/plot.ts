/** uPlot without axes, legend, cursor or gestures of its own: size, window and colours come from outside. */
import { css } from "lit";
import uPlot from "uplot";
import type { Points } from "../../maths/bands.ts";
import type { TimeWindow } from "../../maths/window.ts";

/** The few rules of uPlot's style sheet that a bare chart needs. */
export const uplotStyles = css`
  .u-wrap {
    position: relative;
  }
  .u-over,
  .u-under {
    position: absolute;
  }
  .uplot canvas {
    display: block;
    position: relative;
    width: 100%;
    height: 100%;
  }
`;

/** Above and below the scale's ends, so that a line along an end is drawn whole. */
export const BLEED = 2;
const MARK_HEIGHT = 3;

export interface Curve {
  /** A colour, or null for the mere edge of a band. */
  readonly stroke: string | null;
  readonly width: number;
  readonly fill: string | null;
  /** What is filled: between this curve and the next one, or from it to a height, or nothing. */
  readonly fillTo: number | "next" | null;
}

export interface PlotInput {
  /** What a screen reader says of it. */
  readonly label: string;
  readonly curves: readonly Curve[];
  readonly times: number[];
  /** One for each curve. */
  readonly heights: readonly Points[];
  readonly window: TimeWindow;
  readonly domain: readonly [number, number];
  /** Heights of the rules across. */
  readonly rules: readonly number[];
  readonly ruleColour: string;
  /** Stretches of time marked at the top edge. */
  readonly marks: {
    readonly stretches: readonly (readonly [number, number])[];
    readonly colour: string;
  } | null;
  /** CSS pixels. */
  readonly width: number;
  readonly height: number;
}

export class Plot {
  private chart: uPlot | null = null;
  private host: HTMLElement | null = null;
  private input: PlotInput | null = null;

  /** A new chart only for a new host or other kinds of curves. */
  draw(host: HTMLElement, input: PlotInput): void {
    const last = this.input;
    this.input = input;
    const { chart } = this;
    if (chart === null || last === null || host !== this.host || !sameKinds(last.curves, input.curves)) {
      this.make(host, input);
    } else {
      chart.batch(() => {
        if (input.width !== last.width || input.height !== last.height) chart.setSize(input);
        chart.setData(dataOf(input));
      });
    }
    this.chart?.ctx.canvas.setAttribute("aria-label", input.label);
  }

  destroy(): void {
    this.chart?.destroy();
    this.chart = this.host = this.input = null;
  }

  private make(host: HTMLElement, input: PlotInput): void {
    this.chart?.destroy();
    this.host = host;
    this.chart = new uPlot(
      optionsOf(input, () => this.input ?? input),
      dataOf(input),
      host,
    );
    this.chart.ctx.canvas.setAttribute("role", "img");
  }
}

/** `now` is asked at each drawing, so that colours, windows and scales change without a new chart. */
function optionsOf(first: PlotInput, now: () => PlotInput): uPlot.Options {
  return {
    width: first.width,
    height: first.height,
    padding: [BLEED, 0, BLEED, 0],
    legend: { show: false },
    cursor: { show: false },
    select: { show: false, left: 0, top: 0, width: 0, height: 0 },
    scales: {
      x: { time: false, range: () => [now().window.from, now().window.to] },
      y: { range: () => [...now().domain] },
    },
    axes: [{ show: false }, rulesOf(now)],
    series: [{}, ...first.curves.map((curve, i) => seriesOf(curve, () => now().curves[i] ?? curve))],
    bands: first.curves.flatMap(({ fillTo }, i) =>
      fillTo === "next"
        ? [{ series: [i + 1, i + 2], fill: () => now().curves[i]?.fill ?? "transparent" }]
        : [],
    ),
    hooks: { draw: [(chart) => drawMarks(chart, now())] },
  };
}

/** An axis that takes no room and has no text. */
function rulesOf(now: () => PlotInput): uPlot.Axis {
  return {
    size: 0,
    gap: 0,
    splits: () => [...now().rules],
    values: () => [],
    ticks: { show: false },
    grid: { stroke: () => now().ruleColour, width: 1 },
  };
}

function seriesOf({ stroke, width, fillTo }: Curve, now: () => Curve): uPlot.Series {
  const colour = () => now().stroke ?? "transparent";
  return {
    // The scale is given, so nothing is searched for its ends; and no height is rounded to a pixel.
    auto: false,
    pxAlign: 0,
    width,
    stroke: colour,
    points: { show: false, size: 4, width: 0, filter: stroke === null ? null : alone, fill: colour },
    ...(typeof fillTo === "number" ? { fill: () => now().fill ?? "transparent", fillTo: () => fillTo } : {}),
  };
}

function drawMarks({ ctx, bbox, valToPos }: uPlot, { marks }: PlotInput): void {
  if (marks === null) return;
  ctx.fillStyle = marks.colour;
  for (const [start, end] of marks.stretches) {
    const from = Math.max(bbox.left, valToPos(start, "x", true));
    const to = Math.min(bbox.left + bbox.width, valToPos(end, "x", true));
    if (to < from) continue;
    ctx.fillRect(from, bbox.top, Math.max(uPlot.pxRatio, to - from), MARK_HEIGHT * uPlot.pxRatio);
  }
}

function sameKinds(a: readonly Curve[], b: readonly Curve[]): boolean {
  return (
    a.length === b.length &&
    a.every(({ width, fillTo }, i) => width === b[i]?.width && fillTo === b[i]?.fillTo)
  );
}

function dataOf({ times, heights }: PlotInput): uPlot.AlignedData {
  return [times, ...heights];
}

/** Points without a neighbour on either side, where there is no line to draw. */
function alone(chart: uPlot, series: number): number[] {
  const heights = chart.data[series] as Points;
  const found: number[] = [];
  for (let i = 0; i < heights.length; i++) {
    const near = heights[i - 1] ?? heights[i + 1] ?? null;
    if (near === null && heights[i] !== null) found.push(i);
  }
  return found;
}
