import assert from "node:assert/strict";
import { test } from "node:test";
import { halfTable } from "../../src/api/float16.ts";
import { type Matrix, readRow, valueAt } from "../../src/api/trace.ts";
import { difference, differenceScale } from "../../src/maths/difference.ts";
import { signalScale } from "../../src/maths/scale.ts";

const half = (timesteps: number, units: number, ...bits: number[]): Matrix => ({
  dtype: "F16",
  timesteps,
  units,
  data: Uint16Array.from(bits),
});
const single = (timesteps: number, units: number, ...values: number[]): Matrix => ({
  dtype: "F32",
  timesteps,
  units,
  data: Float32Array.from(values),
});
const double = (timesteps: number, units: number, ...values: number[]): Matrix => ({
  dtype: "F64",
  timesteps,
  units,
  data: Float64Array.from(values),
});

test("A - B, value by value", () => {
  const made = difference(single(2, 3, 1, 2, 3, 4, 5, 6), single(2, 3, 6, 4, 2, 0, -2, -4));
  assert.deepEqual(made, single(2, 3, -5, -2, 1, 4, 7, 10));
});

test("half floats are widened first, and a double keeps its digits", () => {
  const a = half(1, 3, 0x3c00, 0xb800, 0x0001);
  assert.deepEqual(difference(a, half(1, 3, 0x3800, 0x3800, 0x0000)), single(1, 3, 0.5, -1, 2 ** -24));
  assert.deepEqual(difference(a, single(1, 3, 0.25, 0, 0)), single(1, 3, 0.75, -0.5, 2 ** -24));
  const b = double(1, 3, 0.1, 0.1, 0.1);
  assert.deepEqual(difference(a, b), double(1, 3, 1 - 0.1, -0.5 - 0.1, 2 ** -24 - 0.1));
  assert.deepEqual(difference(b, a), double(1, 3, 0.1 - 1, 0.1 + 0.5, 0.1 - 2 ** -24));
});

test("what is not a number on either side is none in the difference", () => {
  const [nan, inf] = [Number.NaN, Number.POSITIVE_INFINITY];
  const made = difference(single(1, 4, nan, 1, inf, inf), single(1, 4, 1, nan, 1, inf));
  assert.deepEqual([...(made?.data ?? [])], [nan, nan, inf, nan]);
});

test("different shapes have no difference", () => {
  const a = single(2, 3, 0, 0, 0, 0, 0, 0);
  assert.equal(difference(a, single(3, 2, 0, 0, 0, 0, 0, 0)), null);
  assert.equal(difference(a, single(2, 2, 0, 0, 0, 0)), null);
  assert.equal(difference(a, single(1, 3, 0, 0, 0)), null);
});

test("neither side is changed", () => {
  const [a, b] = [single(1, 2, 1, 2), double(1, 2, 3, 4)];
  difference(a, b);
  assert.deepEqual([a, b], [single(1, 2, 1, 2), double(1, 2, 3, 4)]);
});

test("a row holds the numbers of the trace", () => {
  const row = new Float64Array(2);
  for (const matrix of [
    half(2, 2, 0, 1, 0x3555, 0x7bff),
    single(2, 2, 0, 0, 0.1, -7),
    double(2, 2, 0, 0, 0.1, 9),
  ]) {
    readRow(matrix, 1, row);
    assert.deepEqual([...row], [valueAt(matrix, 1, 0), valueAt(matrix, 1, 1)]);
  }
  const all = half(1, 65536, ...Array.from({ length: 65536 }, (_, bits) => bits));
  const wide = new Float64Array(65536);
  readRow(all, 0, wide);
  assert.ok(wide.every((value, bits) => Object.is(value, halfTable()[bits])));
});

test("a scale of differences reaches to the widest that both domains allow", () => {
  const gate = signalScale({ range: [0, 1], extremes: null });
  const state = signalScale({ range: [-1, 1], extremes: null });
  assert.deepEqual(differenceScale(gate, gate, 1), { kind: "diverging", domain: [-1, 1] });
  assert.deepEqual(differenceScale(state, state, 1), { kind: "diverging", domain: [-2, 2] });
  assert.deepEqual(differenceScale(gate, state, 1), { kind: "diverging", domain: [-2, 2] });
  const [a, b] = [
    signalScale({ range: null, extremes: [0, 7] }),
    signalScale({ range: null, extremes: [-3, 2] }),
  ];
  assert.deepEqual(differenceScale(a, b, 1).domain, [-10, 10]);
  assert.deepEqual(differenceScale(b, a, 1).domain, [-10, 10]);
});

test("contrast narrows it on both sides alike", () => {
  const gate = signalScale({ range: [0, 1], extremes: null });
  assert.deepEqual(differenceScale(gate, gate, 4), { kind: "diverging", domain: [-0.25, 0.25] });
});
