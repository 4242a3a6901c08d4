/** Paints a chart on a canvas, for curves with too many points for SVG. */

import type { CanvasLook, Chart } from "./chart.ts";
import { alone, type Curve, drawArea, drawLine, isThere, type Placing } from "./curves.ts";

const MARK_HEIGHT = 3;
const POINT_RADIUS = 2;

/** `pen` draws in CSS pixels. */
export function paintChart(pen: CanvasRenderingContext2D, chart: Chart, look: CanvasLook): void {
  const { x, left, right } = chart;
  paintRules(pen, chart, look.ruleColour);
  for (const curve of chart.curves) {
    const axis = curve.axis === "right" && right ? right : left;
    paintCurve(pen, curve, { x: x.x, y: axis.scale });
  }
  pen.fillStyle = look.markColour;
  const top = Math.min(...left.scale.range());
  for (const [start, end] of look.marks) {
    const [from, to] = [Math.max(0, x.scale(start)), Math.min(x.width, x.scale(end))];
    if (to >= from) pen.fillRect(from, top, Math.max(1, to - from), MARK_HEIGHT);
  }
}

/** On whole pixels, so that all are equally sharp. */
function paintRules(pen: CanvasRenderingContext2D, { x, left }: Chart, colour: string): void {
  pen.fillStyle = colour;
  for (const tick of left.ticks) pen.fillRect(0, Math.round(left.scale(tick) - 0.5), x.width, 1);
}

function paintCurve(pen: CanvasRenderingContext2D, curve: Curve, placing: Placing): void {
  const { stroke, width, heights, xs } = curve;
  if (curve.area !== null) {
    pen.beginPath();
    drawArea(pen, curve, curve.area, placing);
    pen.fillStyle = curve.area.fill;
    pen.fill();
  }
  if (stroke === null) return;
  pen.beginPath();
  drawLine(pen, curve, placing);
  pen.strokeStyle = stroke;
  pen.lineWidth = width;
  pen.lineJoin = "round";
  pen.stroke();
  pen.fillStyle = stroke;
  for (const i of alone(heights)) {
    const height = heights[i];
    if (!isThere(height)) continue;
    pen.beginPath();
    pen.arc(placing.x(xs[i] as number), placing.y(height), POINT_RADIUS, 0, 2 * Math.PI);
    pen.fill();
  }
}
