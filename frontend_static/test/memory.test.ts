import assert from "node:assert/strict";
import { test } from "node:test";
import { decades, logShare, medianHorizon, rangeOfNorms, rankHorizons } from "../src/maths/memory.ts";

const { NaN: NAN, POSITIVE_INFINITY: INFINITE } = Number;
const near = (a: number, b: number) => assert.ok(Math.abs(a - b) < 1e-9, `${a} is not ${b}`);

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

test("a logarithmic axis gives each power of ten the same room and keeps what is beyond at its end", () => {
  near(logShare(10, [1, 100]), 0.5);
  near(logShare(1, [1, 100]), 0);
  assert.equal(logShare(1e9, [1, 100]), 1);
  assert.equal(logShare(0, [1, 100]), 0);
  assert.deepEqual(decades([1, 100]), [10]);
  assert.deepEqual(decades([0.5, 300]), [1, 10, 100]);
  assert.deepEqual(decades([2, 3]), []);
});

test("the axis of norms ends at the largest and does not follow it to nothing", () => {
  assert.deepEqual(rangeOfNorms([0, 0.5, 2, NAN, INFINITE]), [0.5, 2]);
  assert.deepEqual(rangeOfNorms([1e-30, 1]), [1e-6, 1]);
  assert.equal(rangeOfNorms([0, NAN]), null);
});
