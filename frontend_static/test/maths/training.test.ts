import assert from "node:assert/strict";
import { test } from "node:test";
import { brokenStretches, lossOf } from "../../src/maths/training.ts";

const STEPS = [0, 2, 4, 6];

test("the loss is Keras' own, or else what was logged first", () => {
  const logs = { accuracy: [1, 2, 3, 4], loss: [4, 3, 2, 1] };
  assert.deepEqual(lossOf({ logs, not_finite: {}, steps: STEPS }), { name: "loss", values: [4, 3, 2, 1] });
  const { accuracy } = logs;
  assert.equal(lossOf({ logs: { accuracy }, not_finite: {}, steps: STEPS })?.name, "accuracy");
  assert.equal(lossOf({ logs: {}, not_finite: {}, steps: STEPS }), null);
});

test("a loss that was logged as NaN is NaN, one that is not known is null", () => {
  const broken = [
    { step: 4, value: "Infinity" },
    { step: 6, value: "NaN" },
  ] as const;
  const loss = lossOf({ logs: { loss: [1, null, null, null] }, not_finite: { loss: broken }, steps: STEPS });
  assert.deepEqual(loss?.values, [1, null, Number.POSITIVE_INFINITY, Number.NaN]);
});

test("stretches of what is no number", () => {
  const { NaN: nan } = Number;
  assert.deepEqual(brokenStretches([1, nan, nan, 2, null, Number.POSITIVE_INFINITY]), [
    [1, 2],
    [5, 5],
  ]);
  assert.deepEqual(brokenStretches([1, null, 2]), []);
});
