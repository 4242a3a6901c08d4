/** Curves as paths, for SVG and for a canvas. A missing value breaks a curve. */
import { area, line } from "d3-shape";
import type { Scale } from "./axes.ts";

export type Heights = readonly (number | null)[];

export interface Curve {
  readonly name: string;
  /** Places on the x axis, ascending. */
  readonly xs: readonly number[];
  /** One per place; null or not finite where there is none. */
  readonly heights: Heights;
  readonly axis: "left" | "right";
  /** A colour; null for an area without an outline. */
  readonly stroke: string | null;
  readonly width: number;
  readonly area: Area | null;
}

/** The area between a curve and one height, or between it and other heights at the same places. */
export interface Area {
  readonly fill: string;
  readonly to: number | Heights;
}

/** Places in CSS pixels. */
export interface Placing {
  readonly x: (place: number) => number;
  readonly y: Scale;
}

/** Decimals of a path's numbers: a tenth of a CSS pixel is less than any screen shows. */
const DIGITS = 1;

export function isThere(height: number | null | undefined): height is number {
  return height !== null && height !== undefined && Number.isFinite(height);
}

/** The path of a curve's line, as SVG writes it; null where there is nothing. */
export function linePath(curve: Curve, placing: Placing): string | null {
  return lineOf(curve, placing)(curve.heights);
}

export function drawLine(pen: CanvasRenderingContext2D, curve: Curve, placing: Placing): void {
  lineOf(curve, placing).context(pen)(curve.heights);
}

/** The path of a curve's area; null where there is none. */
export function areaPath(curve: Curve, placing: Placing): string | null {
  return curve.area === null ? null : areaOf(curve, curve.area, placing)(curve.heights);
}

export function drawArea(pen: CanvasRenderingContext2D, curve: Curve, area: Area, placing: Placing): void {
  areaOf(curve, area, placing).context(pen)(curve.heights);
}

function lineOf({ xs }: Curve, { x, y }: Placing) {
  return line<number | null>()
    .defined((height) => isThere(height))
    .x((_, i) => x(xs[i] as number))
    .y((height) => y(height as number))
    .digits(DIGITS);
}

function areaOf({ xs }: Curve, { to }: Area, { x, y }: Placing) {
  const base = (i: number) => (typeof to === "number" ? to : to[i]);
  return area<number | null>()
    .defined((height, i) => isThere(height) && isThere(base(i)))
    .x((_, i) => x(xs[i] as number))
    .y0((_, i) => y(base(i) as number))
    .y1((height) => y(height as number))
    .digits(DIGITS);
}

/** The indices of heights without a neighbour on either side: a line would not show them. */
export function alone(heights: Heights): number[] {
  const found: number[] = [];
  for (let i = 0; i < heights.length; i++) {
    if (isThere(heights[i]) && !isThere(heights[i - 1]) && !isThere(heights[i + 1])) found.push(i);
  }
  return found;
}

/** The smallest and the largest finite height; null without any. */
export function extentOf(heights: Heights): [number, number] | null {
  const known = heights.filter(isThere);
  if (known.length === 0) return null;
  return [known.reduce((a, b) => Math.min(a, b)), known.reduce((a, b) => Math.max(a, b))];
}
