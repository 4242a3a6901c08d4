import assert from "node:assert/strict";
import { test } from "node:test";
import { lab } from "d3-color";
import type { Matrix } from "../../src/api/trace.ts";
import { binEdges, paddingRuns, paintBins } from "../../src/maths/binning.ts";
import { coded, codeOf, EMPTY, halfCodes, NOT_FINITE, positionOf } from "../../src/maths/codes.ts";
import { codeColours, cssGradient, NOT_FINITE_COLOUR, ramp } from "../../src/maths/colours.ts";
import { signalScale } from "../../src/maths/scale.ts";
import { firstUnits, identityOrder } from "../../src/maths/units.ts";

const GATE = signalScale({ range: [0, 1], extremes: [0.2, 0.9] });
const STATE = signalScale({ range: [-1, 1], extremes: [-0.5, 0.9] });

test("a scale comes from the activation's range, else from the extremes over all steps", () => {
  assert.deepEqual(GATE, { kind: "sequential", domain: [0, 1] });
  assert.deepEqual(STATE, { kind: "diverging", domain: [-1, 1] });
  const cell = signalScale({ range: null, extremes: [-31.2, 55.1] });
  assert.deepEqual(cell, { kind: "diverging", domain: [-55.1, 55.1] });
  const below = signalScale({ range: null, extremes: [-70, 3] });
  assert.deepEqual(below.domain, [-70, 70]);
  const relu = signalScale({ range: null, extremes: [0.5, 7] });
  assert.deepEqual(relu, { kind: "sequential", domain: [0, 7] });
  const flat = signalScale({ range: null, extremes: [0, 0] });
  assert.deepEqual(flat, { kind: "sequential", domain: [0, 1] });
  assert.deepEqual(signalScale({ range: null, extremes: null }).domain, [-1, 1]);
});

test("codes grow with the distance from the centre", () => {
  assert.ok(codeOf(0.1, STATE) < codeOf(-0.2, STATE));
  assert.ok(codeOf(-0.2, STATE) < codeOf(0.3, STATE));
  assert.ok(codeOf(0.5, GATE) < codeOf(0.4, GATE));
  assert.equal(codeOf(0, STATE), 1);
  for (const value of [Number.NaN, Number.POSITIVE_INFINITY]) assert.equal(codeOf(value, STATE), NOT_FINITE);
  for (const value of [-1, 0, 1, 99, -99]) {
    assert.ok(codeOf(value, STATE) > EMPTY && codeOf(value, STATE) < NOT_FINITE);
  }
});

test("a code's place on the scale is its value's, to half a shade", () => {
  for (let value = -1; value <= 1; value += 0.01) {
    const back = positionOf(codeOf(value, STATE)) * 2 - 1;
    assert.ok(Math.abs(back - value) <= 0.5 / 126 + 1e-9, `${value} came back as ${back}`);
  }
});

test("float16 and float32 of the same values get the same codes", () => {
  const half: Matrix = { dtype: "F16", timesteps: 1, units: 3, data: Uint16Array.of(0x3800, 0xbc00, 0x7e00) };
  const single: Matrix = { dtype: "F32", timesteps: 1, units: 3, data: Float32Array.of(0.5, -1, Number.NaN) };
  const read = (matrix: Matrix) => {
    const { keys, table } = coded(matrix, STATE);
    return [...keys].map((key) => table[key]);
  };
  assert.deepEqual(read(half), read(single));
  assert.equal(halfCodes(STATE), halfCodes({ ...STATE }), "one table per scale");
});

test("bins cover every index once and never outnumber the pixels", () => {
  for (const [first, end, pixels] of [
    [0, 10, 4],
    [3, 2003, 1100],
    [0, 5, 100],
    [7, 8, 1],
  ] as const) {
    const edges = binEdges(first, end, pixels);
    assert.equal(edges[0], first);
    assert.equal(edges.at(-1), end);
    assert.ok(edges.length - 1 <= pixels);
    for (let i = 1; i < edges.length; i++) assert.ok((edges[i] as number) > (edges[i - 1] as number));
  }
});

/** Paints with colours that are the codes themselves. */
function codesPainted(
  values: number[],
  units: number,
  rows: number,
  columns: number,
  mask: number[] | null = null,
) {
  const timesteps = values.length / units;
  const matrix: Matrix = { dtype: "F32", timesteps, units, data: Float32Array.from(values) };
  const pixels = new Uint32Array(rows * columns);
  const sawNotFinite = paintBins(
    {
      coded: coded(matrix, STATE),
      units,
      order: identityOrder(units),
      unitEdges: binEdges(0, units, rows),
      timeEdges: binEdges(0, timesteps, columns),
      mask: mask && Uint8Array.from(mask),
    },
    Uint32Array.from({ length: 256 }, (_, code) => code),
    pixels,
  );
  return { pixels: [...pixels], sawNotFinite };
}

test("a signal with fewer units keeps the order of the others", () => {
  const order = Uint32Array.of(4, 0, 3, 1, 2);
  assert.deepEqual([...firstUnits(order, 3)], [0, 1, 2]);
  assert.deepEqual([...firstUnits(order, 4)], [0, 3, 1, 2]);
  assert.equal(firstUnits(order, 4), firstUnits(order, 4));
});

test("units are rows and timesteps are columns", () => {
  const { pixels } = codesPainted([0.1, 0.2, 0.3, 0.4], 2, 2, 2);
  const expected = [0.1, 0.3, 0.2, 0.4].map((value) => codeOf(Math.fround(value), STATE));
  assert.deepEqual(pixels, expected);
});

test("of several values in one pixel the farthest from the centre shows", () => {
  const { pixels } = codesPainted([0.1, -0.9, 0.3, 0.8], 2, 1, 1);
  assert.deepEqual(pixels, [codeOf(-0.9, STATE)]);
});

test("one NaN among a thousand is painted and reported", () => {
  const values = Array.from({ length: 1000 }, () => 1);
  values[777] = Number.NaN;
  assert.deepEqual(codesPainted(values, 10, 1, 1), { pixels: [NOT_FINITE], sawNotFinite: true });
});

test("padding is nothing, not NaN", () => {
  const nan = Number.NaN;
  const painted = codesPainted([0.5, 0.5, nan, nan], 2, 2, 2, [1, 0]);
  const half = codeOf(0.5, STATE);
  assert.deepEqual(painted, { pixels: [half, EMPTY, half, EMPTY], sawNotFinite: false });
});

test("an order of units permutes rows", () => {
  const matrix: Matrix = { dtype: "F32", timesteps: 1, units: 3, data: Float32Array.of(0.1, 0.2, 0.3) };
  const pixels = new Uint32Array(3);
  const order = Uint32Array.of(2, 0, 1);
  const edges = { unitEdges: binEdges(0, 3, 3), timeEdges: binEdges(0, 1, 1) };
  const colours = Uint32Array.from({ length: 256 }, (_, code) => code);
  paintBins({ coded: coded(matrix, STATE), units: 3, order, ...edges, mask: null }, colours, pixels);
  assert.deepEqual(
    [...pixels],
    [0.3, 0.1, 0.2].map((value) => codeOf(value, STATE)),
  );
});

test("stretches of padding are merged", () => {
  assert.deepEqual(paddingRuns(Uint8Array.of(0, 1, 0, 0, 1, 0)), [
    [0, 1],
    [2, 4],
    [5, 6],
  ]);
  assert.deepEqual(paddingRuns(null), []);
});

test("no value has the colour of NaN, and only nothing is transparent", () => {
  const { l, a, b } = lab(NOT_FINITE_COLOUR);
  for (const scale of [GATE, STATE]) {
    for (const theme of ["light", "dark"] as const) {
      const colours = codeColours(scale, theme);
      assert.equal(colours[EMPTY], 0);
      for (let code = 1; code <= 253; code++) assert.equal((colours[code] as number) >>> 24, 255);
      for (let i = 0; i <= 100; i++) {
        const other = lab(ramp(scale, theme)(i / 100));
        const distance = Math.hypot(l - other.l, a - other.a, b - other.b);
        assert.ok(distance > 40, `${scale.kind} ${theme} ${i} is ${distance.toFixed(0)} away`);
      }
    }
  }
});

test("a diverging scale's lightness runs one way from its centre, to both ends", () => {
  for (const [theme, sign] of [
    ["light", -1],
    ["dark", 1],
  ] as const) {
    const lightness = (position: number) => lab(ramp(STATE, theme)(position)).l * sign;
    for (let i = 1; i <= 20; i++) {
      assert.ok(lightness(0.5 + i / 40) > lightness(0.5 + (i - 1) / 40) - 0.5, `${theme}, up, ${i}`);
      assert.ok(lightness(0.5 - i / 40) > lightness(0.5 - (i - 1) / 40) - 0.5, `${theme}, down, ${i}`);
    }
  }
});

test("the legend is made of the painted colours", () => {
  assert.ok(
    cssGradient(GATE, "light").startsWith(`linear-gradient(to right, ${ramp(GATE, "light")(0)} 0.0%`),
  );
});
