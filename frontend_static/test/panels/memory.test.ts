import assert from "node:assert/strict";
import { test } from "node:test";
import { medianHorizon, rangeOfNorms, rankHorizons } from "../../src/panels/memory/horizons.ts";

const { NaN: NAN, POSITIVE_INFINITY: INFINITE } = Number;

test("the longest horizon comes first, endless ones before all, and units without one are left out", () => {
  const ranked = rankHorizons([2, INFINITE, NAN, 5, INFINITE]);
  assert.deepEqual(
    ranked.map(({ unit }) => unit),
    [1, 4, 3, 0],
  );
});

test("the median of an even number is the mean of the two in the middle", () => {
  assert.equal(medianHorizon(rankHorizons([1, 9, 4])), 4);
  assert.equal(medianHorizon(rankHorizons([1, 9, 4, 2])), 3);
  assert.equal(medianHorizon(rankHorizons([1, INFINITE])), INFINITE);
  assert.ok(Number.isNaN(medianHorizon([])));
});

test("the axis of norms ends at the largest and does not follow it to nothing", () => {
  assert.deepEqual(rangeOfNorms([0, 0.5, 2, NAN, INFINITE]), [0.5, 2]);
  assert.deepEqual(rangeOfNorms([1e-30, 1]), [1e-6, 1]);
  assert.equal(rangeOfNorms([0, NAN]), null);
});
