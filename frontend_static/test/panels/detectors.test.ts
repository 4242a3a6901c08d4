import assert from "node:assert/strict";
import { test } from "node:test";
import { shareOfScore } from "../../src/panels/detectors/score.ts";

test("a bar begins at the score of a unit that is unrelated", () => {
  assert.equal(shareOfScore(0.75, 0.5), 0.5);
  assert.equal(shareOfScore(0.75, 0), 0.75);
  assert.deepEqual([shareOfScore(0.5, 0.5), shareOfScore(1, 0.5), shareOfScore(0.4, 0.5)], [0, 1, 0]);
});
