import assert from "node:assert/strict";
import { test } from "node:test";
import { chanceSentences, leastScore, shareOfScore } from "../src/maths/chance.ts";

test("a bar begins at what a unit that says nothing scores", () => {
  assert.equal(leastScore("AUC"), 0.5);
  assert.equal(leastScore("|r|"), 0);
  assert.equal(shareOfScore(0.75, "AUC"), 0.5);
  assert.equal(shareOfScore(0.75, "|r|"), 0.75);
  assert.deepEqual([shareOfScore(0.5, "AUC"), shareOfScore(1, "AUC"), shareOfScore(0.4, "AUC")], [0, 1, 0]);
});

test("a best score is held against what luck reaches", () => {
  const above = ["By chance the best of all units reaches 0.81 (95\u00a0% of permuted samples below)."];
  assert.deepEqual(chanceSentences(0.9, 0.806, 8), above);
  assert.deepEqual(chanceSentences(0.8, 0.806, 8), [...above, "No unit tracks it better than chance."]);
  assert.deepEqual(chanceSentences(0.806, 0.806, 8).length, 2);
});

test("of few samples there are few permutations, and it says so", () => {
  assert.deepEqual(chanceSentences(0.9, null, 1), ["One sample: nothing to compare with."]);
  for (const [samples, share] of [
    [2, "half"],
    [3, "a sixth"],
  ] as const) {
    const [first, second] = chanceSentences(0.9, 0.7, samples);
    assert.ok(!first?.includes("95"));
    assert.ok(second?.includes(`luck does better in ${share} of all cases`));
  }
});
