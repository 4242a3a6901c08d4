import assert from "node:assert/strict";
import { test } from "node:test";
import type { Matrix } from "../../src/api/trace.ts";
import { binEdges, paintBins, perPixel } from "../../src/maths/binning.ts";
import { ABOVE, BELOW, coded, codeOf, EMPTY, NOT_FINITE, shadeOf } from "../../src/maths/codes.ts";
import { identityOrder } from "../../src/maths/units.ts";

const STATE = { kind: "diverging", domain: [-1, 1] } as const;

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

interface Painted {
  readonly codes: readonly number[];
  readonly sawNotFinite: boolean;
}

/** Paints values, [timesteps, units], with colours that are the codes themselves. */
function paint(
  values: ArrayLike<number>,
  units: number,
  rows: number,
  columns: number,
  more: { mask?: readonly number[]; order?: Uint32Array; clipped?: boolean } = {},
): Painted {
  const timesteps = values.length / units;
  const matrix: Matrix = { dtype: "F32", timesteps, units, data: Float32Array.from(values) };
  const pixels = new Uint32Array(rows * columns);
  const order = more.order ?? identityOrder(units);
  const bins = {
    coded: coded(matrix, STATE),
    units,
    timesteps,
    order,
    unitEdges: binEdges(0, order.length, rows),
    timeEdges: binEdges(0, timesteps, columns),
    mask: more.mask === undefined ? null : Uint8Array.from(more.mask),
    clipped: more.clipped ?? false,
  };
  const sawNotFinite = paintBins(
    bins,
    Uint32Array.from({ length: 256 }, (_, code) => code),
    pixels,
  );
  return { codes: [...pixels], sawNotFinite };
}

const codesOf = (values: readonly number[]) => values.map((value) => codeOf(Math.fround(value), STATE));
const isStrong = (code: number) => Math.abs(shadeOf(code)) >= 100;

/** Numbers from 0 to 1, the same at every run. */
function randoms(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

test("units are rows and timesteps are columns, and a value in a pixel of its own is that value", () => {
  assert.deepEqual(paint([0.1, 0.2, 0.3, 0.4], 2, 2, 2).codes, codesOf([0.1, 0.3, 0.2, 0.4]));
  assert.deepEqual(paint([-9, 0.9, -1, 9], 2, 2, 2, { clipped: true }).codes, [
    BELOW,
    ...codesOf([-1, 0.9]),
    ABOVE,
  ]);
});

test("an order of units permutes rows", () => {
  const { codes } = paint([0.1, 0.2, 0.3], 3, 3, 1, { order: Uint32Array.of(2, 0, 1) });
  assert.deepEqual(codes, codesOf([0.3, 0.1, 0.2]));
});

test("several values in one pixel are their mean", () => {
  const random = randoms(1);
  const [units, timesteps, rows, columns] = [40, 90, 7, 18];
  const values = Float32Array.from({ length: units * timesteps }, () => 1.4 * (random() - 0.5));
  const { codes } = paint(values, units, rows, columns);
  const [unitEdges, timeEdges] = [binEdges(0, units, rows), binEdges(0, timesteps, columns)];
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      let [sum, count] = [0, 0];
      for (let t = timeEdges[column] as number; t < (timeEdges[column + 1] as number); t++) {
        for (let unit = unitEdges[row] as number; unit < (unitEdges[row + 1] as number); unit++) {
          sum += values[t * units + unit] as number;
          count++;
        }
      }
      const shade = shadeOf(codes[row * columns + column] as number);
      assert.ok(Math.abs(shade / 125 - sum / count) <= 1 / 125, `row ${row}, column ${column}: ${shade}`);
    }
  }
});

test("extremes fill as much of the picture as of the data, and none of it alone is lost", () => {
  const random = randoms(2);
  const [units, timesteps, rows, columns] = [512, 400, 60, 200];
  const part = 0.013;
  const values = Float32Array.from({ length: units * timesteps }, () =>
    random() < part ? (random() < 0.5 ? -0.9 : 0.9) : 0.4 * (random() - 0.5),
  );
  const extremes = values.filter((value) => Math.abs(value) > 0.8).length / values.length;
  const { codes } = paint(values, units, rows, columns);
  const shown = codes.filter(isStrong).length / codes.length;
  // Each tile of 256 pixels rounds up, on both sides.
  assert.ok(
    shown >= extremes && shown < extremes + 3 / 256,
    `${extremes} of the data, ${shown} of the picture`,
  );

  const alone = new Float32Array(units * timesteps);
  alone[200 * units + 300] = -0.95;
  const lonely = paint(alone, units, rows, columns).codes;
  assert.deepEqual(
    lonely.filter((code) => code !== 1),
    codesOf([-0.95]),
  );
  assert.equal(lonely.indexOf(codesOf([-0.95])[0] as number), Math.floor((300 * 60) / 512) * columns + 100);
});

test("what most values of a pixel are is no more than that", () => {
  // Two thirds at one end: the mean is not strong, and extremes take two thirds of the tile.
  const values = Float32Array.from({ length: 16 * 16 * 9 }, (_, i) => (i % 9 < 6 ? 1 : -1));
  const { codes } = paint(values, 48, 16, 16);
  assert.equal(codes.filter((code) => code === codeOf(1, STATE)).length, Math.ceil((256 * 2) / 3));
});

test("values beyond the scale are its extremes, and a pixel of mostly such values is beyond it", () => {
  const few = Float32Array.from({ length: 64 * 64 }, (_, i) => (i === 777 ? 50 : 0.9));
  const { codes } = paint(few, 64, 16, 16, { clipped: true });
  assert.equal(codes.filter((code) => code === ABOVE).length, 1);
  assert.equal(codes.filter((code) => code === codeOf(0.9, STATE)).length, 255);
  assert.deepEqual(paint([9, 9, 0, 9], 2, 1, 1, { clipped: true }).codes, [ABOVE]);
});

test("one NaN among a thousand is painted and reported", () => {
  const values = Array.from({ length: 1000 }, () => 1);
  values[777] = Number.NaN;
  assert.deepEqual(paint(values, 10, 1, 1), { codes: [NOT_FINITE], sawNotFinite: true });
});

test("padding is nothing, not NaN, for timesteps as for single values", () => {
  const nan = Number.NaN;
  const [half] = codesOf([0.5]) as [number];
  assert.deepEqual(paint([0.5, 0.5, nan, nan], 2, 2, 2, { mask: [1, 0] }), {
    codes: [half, EMPTY, half, EMPTY],
    sawNotFinite: false,
  });
  const own = paint([0.5, nan, nan, 0.5], 2, 2, 2, { mask: [1, 0, 0, 1] });
  assert.deepEqual(own, { codes: [half, EMPTY, EMPTY, half], sawNotFinite: false });
  assert.deepEqual(paint([0.5, nan, nan, 0.1], 2, 1, 1, { mask: [1, 0, 0, 1] }).codes, codesOf([0.3]));
});

test("padding is where the mask says, in every strip of a wide picture", () => {
  const random = randoms(3);
  const [units, timesteps] = [4, 100];
  const mask = Array.from({ length: timesteps }, () => (random() < 0.5 ? 0 : 1));
  const values = Array.from({ length: units * timesteps }, () => 0.5 * random());
  const { codes } = paint(values, units, 2, timesteps, { mask });
  for (const [t, real] of mask.entries()) {
    for (const row of [0, 1]) {
      const mean =
        (values[t * units + 2 * row] as number) / 2 + (values[t * units + 2 * row + 1] as number) / 2;
      const code = codes[row * timesteps + t] as number;
      if (real === 0) assert.equal(code, EMPTY, `timestep ${t}`);
      else
        assert.ok(
          Math.abs(shadeOf(code) / 125 - mean) <= 1 / 125,
          `timestep ${t}: ${shadeOf(code)} for ${mean}`,
        );
    }
  }
});

test("a pixel may hold more values than one sum can count", () => {
  const values = Float32Array.from({ length: 3 * 50_000 }, (_, i) => (i % 2 === 0 ? 1 : 0.5));
  const { codes } = paint(values, 50_000, 1, 1);
  assert.deepEqual(codes.map(shadeOf), [125], "half of them are extremes, and the only pixel shows them");
  const quiet = paint(
    values.map((value) => value / 2),
    50_000,
    1,
    1,
  ).codes;
  assert.deepEqual(quiet.map(shadeOf), [47]);
});

test("how much a pixel holds", () => {
  assert.deepEqual([perPixel(512, 64), perPixel(10, 64), perPixel(10, 0)], [8, 1, 10]);
});
