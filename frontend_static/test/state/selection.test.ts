import assert from "node:assert/strict";
import { test } from "node:test";
import type { RunInfo } from "../../src/api/types.ts";
import {
  NOTHING,
  nearestStep,
  neighbourStep,
  otherKey,
  resolve,
  type Selection,
} from "../../src/state/selection.ts";

const layer = (key: string, units = 96, timesteps = 140) => ({
  key,
  cell: "LSTM",
  units,
  timesteps,
  masked: false,
  config: {},
  signals: [],
});
const RUN: RunInfo = {
  run: "a/rnn",
  unit: "epoch",
  steps: [0, 2, 5, 9],
  logs: {},
  layers: [layer("lstm"), layer("encoder/lstm", 8)],
  samples: [{ name: "x" }, { name: "y" }],
  annotations: [],
  problems: [],
  directory: "/logs/a/rnn",
};

test("what a run does not have falls back to what it has", () => {
  const resolved = resolve({ ...NOTHING, layer: "gone", sample: 9, pin: { timestep: 1, unit: 99 } }, RUN);
  assert.deepEqual(resolved, { ...NOTHING, run: "a/rnn", layer: "lstm", sample: 0, step: 9 });
});

test("a chosen step stays when the run grows, the last one included", () => {
  const chosen = resolve({ ...NOTHING, step: 9 }, RUN);
  assert.equal(resolve(chosen, { ...RUN, steps: [...RUN.steps, 10, 11] }).step, 9);
  assert.equal(resolve({ ...NOTHING, step: 4 }, RUN).step, 5);
  assert.equal(nearestStep([0, 2], 1), 0);
  assert.equal(nearestStep([], 1), null);
});

test("a run without layers or steps selects nothing", () => {
  const empty = resolve(NOTHING, { ...RUN, steps: [], layers: [], samples: [] });
  assert.deepEqual(empty, { ...NOTHING, run: "a/rnn", sample: 0 });
});

test("neighbours count captured steps and stop at the ends", () => {
  assert.equal(neighbourStep(RUN.steps, 2, 1), 5);
  assert.equal(neighbourStep(RUN.steps, 2, -10), 0);
  assert.equal(neighbourStep(RUN.steps, 2, 10), 9);
  assert.equal(neighbourStep([], 2, 1), null);
});

test("B is as A but for what it says itself, as far as its run has it", () => {
  const a = { run: "a/rnn", layer: "lstm", sample: 1, step: 5 };
  const gru: RunInfo = { ...RUN, run: "b/rnn", steps: [1, 4], layers: [layer("gru")] };
  const at = (other: Partial<Selection["other"]>): Selection => {
    return { ...NOTHING, compare: "side", other: { ...NOTHING.other, ...other } };
  };
  assert.equal(otherKey({ ...at({ step: 0 }), compare: "off" }, RUN, a), null);
  assert.equal(otherKey(at({}), null, a), null);
  assert.deepEqual(otherKey(at({ step: 0 }), RUN, a), { ...a, step: 0 });
  // The nearest step that was captured, and the only layer there is.
  assert.deepEqual(otherKey(at({}), gru, a), { run: "b/rnn", layer: "gru", sample: 1, step: 4 });
  const two = { ...gru, layers: [layer("gru"), layer("gru_2")] };
  assert.equal(otherKey(at({}), two, a), null);
  assert.equal(otherKey(at({ layer: "gru_2" }), two, a)?.layer, "gru_2");
  assert.equal(otherKey(at({}), { ...gru, steps: [] }, a), null);
});

test("the newest step is followed only as long as that is wished", () => {
  const followed = resolve({ ...NOTHING, step: 2, follow: true }, RUN);
  assert.equal(followed.step, 9);
  assert.equal(resolve({ ...followed, follow: false, step: 2 }, RUN).step, 2);
});

test("an order and B's step are brought to what the run has", () => {
  const signals = ["update_gate", "hidden_state"].map((name) => ({
    name,
    range: null,
    extremes: null,
    units: 4,
  }));
  const gru: RunInfo = { ...RUN, steps: [0, 4, 8], layers: [{ ...layer("gru"), signals }] };
  const wanted: Selection = {
    ...NOTHING,
    order: { by: "mean", signal: "forget_gate", step: 11, otherStep: null },
    other: { ...NOTHING.other, step: 3 },
  };
  const { order, other } = resolve(wanted, gru, gru);
  assert.deepEqual(order, { by: "mean", signal: "hidden_state", step: 8, otherStep: null });
  assert.equal(other.step, 4);
});
