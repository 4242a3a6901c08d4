import assert from "node:assert/strict";
import { test } from "node:test";
import type { Matrix } from "../../src/api/trace.ts";
import { orderBy, type Score, unitScores } from "../../src/maths/order.ts";

const [NAN, INF] = [Number.NaN, Number.POSITIVE_INFINITY];
const PLAIN = { saturation: null, other: null };

function single(units: number, ...values: number[]): Matrix {
  return { dtype: "F32", timesteps: values.length / units, units, data: Float32Array.from(values) };
}

const scores = (by: Score, a: Matrix, mask: Uint8Array | null = null, more = {}) => [
  ...unitScores(by, a, mask, { ...PLAIN, ...more }),
];

// Rows are timesteps, columns are units.
const A = single(3, 1, 0.5, 8, 3, 0.5, NAN, 5, 0.5, 2);

test("mean and variance are each unit's over time", () => {
  assert.deepEqual(scores("mean", A), [3, 0.5, 5]);
  assert.deepEqual(scores("variance", A), [8 / 3, 0, 9]);
});

test("padding does not count, nor what is not finite, whatever stands there", () => {
  const a = single(2, 1, INF, 100, 100, 3, 4);
  const mask = Uint8Array.of(1, 0, 1);
  assert.deepEqual(scores("mean", a, mask), [2, 4]);
  assert.deepEqual(scores("variance", a, mask), [1, 0]);
  const change = scores("change", a, mask, { other: single(2, 0, 0, 0, 0, 0, 0) });
  assert.deepEqual(change, [2, 4]);
  assert.deepEqual(scores("saturation", a, mask, { saturation: [0.3, 2.7] }), [0.5, 1]);
});

test("a unit without any finite value has no score", () => {
  const nothing = single(1, NAN, INF);
  for (const by of ["mean", "variance", "saturation", "change"] as const) {
    const more = { saturation: [0.1, 0.9], other: single(1, 0, 0) };
    assert.deepEqual(scores(by, nothing, null, more), [NAN], by);
    assert.deepEqual(scores(by, A, Uint8Array.of(0, 0, 0), { ...more, other: A }), [NAN, NAN, NAN], by);
  }
});

test("saturation is the share beyond either threshold", () => {
  const values = single(1, 0.05, 0.15, 0.85, 0.95, -0.95, -0.85, 0.5, 0.5);
  assert.deepEqual(scores("saturation", values, null, { saturation: [0.1, 0.9] }), [4 / 8]);
  assert.deepEqual(scores("saturation", values, null, { saturation: [-0.9, 0.9] }), [2 / 8]);
  const wide = single(1, 0.5, 0.7, 5.3, 5.5);
  assert.deepEqual(scores("saturation", wide, null, { saturation: [0.6, 5.4] }), [0.5]);
  const lopsided = single(1, -1.9, -1.7, 0.8, 0.95);
  assert.deepEqual(scores("saturation", lopsided, null, { saturation: [-1.8, 0.9] }), [0.5]);
  assert.deepEqual(scores("saturation", A), [NAN, NAN, NAN]);
});

test("change is the mean distance, where both have a number", () => {
  const b = single(3, 0, 1, 7, 4, 1, 1, 5, NAN, 0);
  assert.deepEqual(scores("change", A, null, { other: b }), [2 / 3, 0.5, 1.5]);
  assert.deepEqual(scores("change", A), [NAN, NAN, NAN]);
});

test("change compares the timesteps and units that both have", () => {
  assert.deepEqual(scores("change", A, null, { other: single(3, 0, 0, 0) }), [1, 0.5, 8]);
  assert.deepEqual(scores("change", A, null, { other: single(1, 0, 0, 1) }), [8 / 3, NAN, NAN]);
  const wider = single(4, 0, 0, 0, 9, 0, 0, 0, 9, 0, 0, 0, 9, 9, 9, 9, 9);
  assert.deepEqual(scores("change", A, null, { other: wider }), [3, 0.5, 5]);
});

test("half, single and double floats of the same values score alike", () => {
  const half: Matrix = {
    dtype: "F16",
    timesteps: 3,
    units: 2,
    data: Uint16Array.of(0x3800, 0xbc00, 0x3c00, 0x7e00, 0x0000, 0x4000),
  };
  const values = [0.5, -1, 1, NAN, 0, 2];
  const double: Matrix = { ...half, dtype: "F64", data: Float64Array.from(values) };
  for (const by of ["mean", "variance", "saturation", "change"] as const) {
    const more = { saturation: [-0.9, 0.9], other: half };
    const expected = scores(by, single(2, ...values), null, more);
    assert.ok(expected.every(Number.isFinite), by);
    assert.deepEqual(scores(by, half, null, more), expected, by);
    assert.deepEqual(scores(by, double, null, { ...more, other: double }), expected, by);
  }
});

test("the variance of large values that hardly differ is not lost to rounding", () => {
  const double: Matrix = {
    dtype: "F64",
    timesteps: 2,
    units: 1,
    data: Float64Array.of(1e9, 1e9 + 1),
  };
  assert.deepEqual(scores("variance", double), [0.25]);
});

test("the largest score comes first, what has none last, equals by index", () => {
  const order = orderBy(Float64Array.of(1, NAN, 3, 1, -INF, NAN, INF, INF, -2));
  assert.deepEqual([...order], [6, 7, 2, 0, 3, 8, 4, 1, 5]);
  assert.deepEqual([...orderBy(new Float64Array(3))], [0, 1, 2]);
  assert.deepEqual([...orderBy(new Float64Array(0))], []);
});

test("an order holds every unit once", () => {
  const many = Float64Array.from({ length: 512 }, (_, i) => (i % 7 === 0 ? NAN : (i * 37) % 101));
  const order = orderBy(many);
  assert.deepEqual(
    [...order].sort((a, b) => a - b),
    Array.from({ length: 512 }, (_, i) => i),
  );
  const known = [...order].map((unit) => many[unit] as number).filter((score) => !Number.isNaN(score));
  for (let i = 1; i < known.length; i++) assert.ok((known[i] as number) <= (known[i - 1] as number));
});
