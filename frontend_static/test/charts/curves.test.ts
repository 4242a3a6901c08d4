import assert from "node:assert/strict";
import { test } from "node:test";
import { scaleLinear } from "d3-scale";
import { stepAxis } from "../../src/charts/axes.ts";
import { alone, areaPath, type Curve, drawLine, extentOf, linePath } from "../../src/charts/curves.ts";

const PLAIN = { name: "loss", axis: "left", stroke: "red", width: 1, area: null } as const;
const across = (curve: Curve, domain: [number, number]) => ({
  x: stepAxis(curve.xs, 308).x,
  y: scaleLinear(domain, [30, 0]),
});

test("a curve goes down on the screen as it falls, and breaks where it is missing", () => {
  const curve = { ...PLAIN, xs: [0, 1, 2, 3], heights: [4, null, 2, 1] };
  assert.equal(linePath(curve, across(curve, [1, 4])), "M8,0ZM202.7,20L300,30");
  const broken = { ...curve, heights: [4, Number.NaN, 2, Number.POSITIVE_INFINITY] };
  assert.equal((linePath(broken, across(curve, [1, 4])) ?? "").match(/M/g)?.length, 2);
  const missing = { ...PLAIN, xs: [0, 1], heights: [null, null] };
  assert.equal(linePath(missing, across(missing, [0, 1])), null);
});

test("an area reaches to a height, or to other heights where both are there", () => {
  const curve = { ...PLAIN, xs: [0, 1, 2], heights: [1, 2, 3] };
  const placing = across(curve, [0, 3]);
  assert.equal(areaPath(curve, placing), null);
  const filled = areaPath({ ...curve, area: { fill: "red", to: 0 } }, placing);
  assert.equal(filled, "M8,20L154,10L300,0L300,30L154,30L8,30Z");
  const between = areaPath({ ...curve, area: { fill: "red", to: [0, null, 2] } }, placing);
  assert.equal(between?.match(/M/g)?.length, 2);
});

test("on a canvas the same path is drawn", () => {
  const drawn: unknown[] = [];
  const note = (name: string) => (x: number, y: number) => drawn.push([name, x, y]);
  const context = { moveTo: note("M"), lineTo: note("L"), closePath: () => drawn.push("Z") };
  const curve = { ...PLAIN, xs: [0, 2], heights: [0, 3] };
  drawLine(context as unknown as CanvasRenderingContext2D, curve, across(curve, [0, 3]));
  assert.deepEqual(drawn, [
    ["M", 8, 30],
    ["L", 300, 0],
  ]);
});

test("a point without neighbours is found, so that it can be drawn at all", () => {
  assert.deepEqual(alone([1, null, 2, 3, Number.NaN, 4]), [0, 5]);
  assert.deepEqual(alone([1]), [0]);
  assert.deepEqual(alone([null, 1, 2]), []);
});

test("an extent is of what is there", () => {
  assert.deepEqual(extentOf([3, null, -1, Number.NaN]), [-1, 3]);
  assert.equal(extentOf([null, Number.NaN]), null);
});
