import assert from "node:assert/strict";
import { test } from "node:test";
import { nearestStep, neighbourStep, stepsAhead, stepToPlay } from "../../src/state/steps.ts";

const STEPS = [0, 2, 5, 9];

test("the nearest captured step, of two the earlier", () => {
  assert.equal(nearestStep(STEPS, 4), 5);
  assert.equal(nearestStep([0, 2], 1), 0);
  assert.equal(nearestStep([], 1), null);
});

test("neighbours count captured steps and stop at the ends", () => {
  assert.equal(neighbourStep(STEPS, 2, 1), 5);
  assert.equal(neighbourStep(STEPS, 2, -10), 0);
  assert.equal(neighbourStep(STEPS, 2, 10), 9);
  assert.equal(neighbourStep(STEPS, null, -1), 5);
  assert.equal(neighbourStep([], 2, 1), null);
});

test("playing goes on to the last step, and begins there with the first", () => {
  assert.equal(stepToPlay(STEPS, 2, false), 5);
  assert.equal(stepToPlay(STEPS, 2, true), 5);
  assert.equal(stepToPlay(STEPS, 9, true), 0);
  assert.equal(stepToPlay(STEPS, 9, false), null);
  assert.equal(stepToPlay([7], 7, true), null);
  assert.equal(stepToPlay([], null, true), null);
});

test("three steps are fetched ahead, in the direction of the last ones", () => {
  const many = [0, 1, 2, 3, 4, 5, 6];
  assert.deepEqual(stepsAhead(many, 2, 1), [3, 4, 5]);
  assert.deepEqual(stepsAhead(many, 5, 1), [6]);
  assert.deepEqual(stepsAhead(many, 4, -1), [3, 2, 1]);
  assert.deepEqual(stepsAhead(many, 0, -1), []);
  assert.deepEqual(stepsAhead(many, 3, 0), []);
  assert.deepEqual(stepsAhead(many, 99, 1), []);
  assert.deepEqual(stepsAhead(many, null, 1), []);
});
