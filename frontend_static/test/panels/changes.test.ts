import assert from "node:assert/strict";
import { test } from "node:test";
import { rankChanges } from "../../src/panels/unit/changes.ts";

const NAN = Number.NaN;
// Rows are steps, columns units; nothing changed before the first step.
const VALUES = Float32Array.of(NAN, NAN, NAN, NAN, 1, 4, NAN, 2, 3, 0.5, NAN, 2);

test("units are ranked by the most they changed, each with when; equal ones by index", () => {
  assert.deepEqual(rankChanges(VALUES, 4, null), [
    { unit: 1, most: 4, at: 1, between: null },
    { unit: 0, most: 3, at: 2, between: null },
    { unit: 3, most: 2, at: 1, between: null },
  ]);
});

test("where two are compared, their difference decides", () => {
  const ranked = rankChanges(VALUES, 4, Float64Array.of(9, 1, 5, NAN));
  assert.deepEqual(
    ranked.map(({ unit, between }) => [unit, between]),
    [
      [0, 9],
      [2, 5],
      [1, 1],
      [3, NAN],
    ],
  );
});
