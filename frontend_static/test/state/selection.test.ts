import assert from "node:assert/strict";
import { test } from "node:test";
import type { RunInfo } from "../../src/api/types.ts";
import { directionOf, NOTHING, otherLayer, resolve, type Selection } from "../../src/state/selection.ts";
import { signalOf } from "./fakes.ts";

const layer = (key: string, units = 96, timesteps = 140) => ({
  key,
  cell: "LSTM",
  units,
  timesteps,
  position: "timestep",
  over_time: true,
  masked: false,
  keeps: null,
  config: {},
  rows: null,
  fingerprint: "same",
  signals: [],
});
const RUN: RunInfo = {
  run: "a/rnn",
  unit: "epoch",
  steps: [0, 2, 5, 9],
  logs: {},
  not_finite: {},
  layers: [layer("lstm"), layer("encoder/lstm", 8)],
  samples: [{ name: "x" }, { name: "y" }],
  annotations: [],
  problems: [],
  saturated_share: 0.95,
  probe: "same",
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
});

test("a run without layers or steps selects nothing", () => {
  const empty = resolve(NOTHING, { ...RUN, steps: [], layers: [], samples: [] });
  assert.deepEqual(empty, { ...NOTHING, run: "a/rnn", sample: 0 });
});

test("the newest step is followed only as long as that is wished", () => {
  const followed = resolve({ ...NOTHING, step: 2, follow: true }, RUN);
  assert.equal(followed.step, 9);
  assert.equal(resolve({ ...followed, follow: false, step: 2 }, RUN).step, 2);
});

test("an order and B's step are brought to what the run has", () => {
  const signals = ["update_gate", "hidden_state"].map((name) => signalOf(name));
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

test("a zoom may lie where B alone has timesteps", () => {
  const wanted: Selection = { ...NOTHING, run: "a/rnn", layer: "lstm", window: { from: 150, to: 180 } };
  const longer: RunInfo = { ...RUN, run: "b/rnn", layers: [layer("lstm", 96, 200)] };
  assert.equal(resolve(wanted, RUN, longer).window, null);
  const compared = { ...wanted, compare: "side" as const };
  assert.deepEqual(resolve(compared, RUN, longer).window, wanted.window);
  assert.equal(resolve({ ...compared, window: { from: 200, to: 210 } }, RUN, longer).window, null);
  assert.equal(resolve(compared, RUN, null).window, null);
});

test("units, brush and pin are dropped where the layer does not reach, and else stay the same objects", () => {
  const pin = { timestep: 20, unit: 7 };
  const wanted: Selection = { ...NOTHING, pinned: [1, 7], pin, brush: { sample: 1, start: 3, end: 140 } };
  const kept = resolve(wanted, RUN);
  assert.equal(kept.pinned, wanted.pinned);
  assert.equal(kept.brush, wanted.brush);
  assert.equal(kept.pin, pin);
  const small = resolve({ ...wanted, layer: "encoder/lstm", pinned: [1, 8], pin: { ...pin, unit: 8 } }, RUN);
  assert.deepEqual([small.pinned, small.pin], [[1], null]);
  const brush = { sample: 1, start: 3, end: 141 };
  assert.equal(resolve({ ...wanted, brush }, RUN).brush, null);
  assert.equal(resolve({ ...wanted, brush: { ...brush, sample: 2, end: 9 } }, RUN).brush, null);
});

test("what is fitted to a run fits it: nothing changes a second time", () => {
  const wanted: Selection = { ...NOTHING, step: 4, matchStep: 8, pinned: [3], compare: "side" };
  const once = resolve(wanted, RUN, RUN);
  assert.deepEqual([once.step, once.matchStep], [5, 9]);
  assert.deepEqual(resolve(once, RUN, RUN), once);
});

test("B's layer is the chosen one, else A's, else the only one", () => {
  const gru: RunInfo = { ...RUN, layers: [layer("gru")] };
  const at = (key: string | null, compare: Selection["compare"] = "side") => ({
    compare,
    other: { ...NOTHING.other, layer: key },
  });
  assert.equal(otherLayer(at(null), RUN, "encoder/lstm")?.key, "encoder/lstm");
  assert.equal(otherLayer(at("lstm"), RUN, "encoder/lstm")?.key, "lstm");
  assert.equal(otherLayer(at(null), gru, "lstm")?.key, "gru");
  assert.equal(otherLayer(at("gone"), gru, "lstm"), null);
  assert.equal(otherLayer(at(null), RUN, "gone"), null);
  assert.equal(otherLayer(at(null, "off"), RUN, "lstm"), null);
  assert.equal(otherLayer(at(null), null, "lstm"), null);
});

test("steps have a direction only while nothing else changes", () => {
  const at = { ...NOTHING, run: "a", layer: "lstm", sample: 0, step: 5 };
  assert.equal(directionOf(at, { ...at, step: 9, follow: false }), 1);
  assert.equal(directionOf(at, { ...at, step: 2 }), -1);
  assert.equal(directionOf(at, { ...at, pin: { timestep: 1, unit: 1 } }), null);
  for (const more of [{ run: "b" }, { layer: "gru" }, { sample: 1 }, { other: { ...at.other, step: 1 } }])
    assert.equal(directionOf(at, { ...at, step: 9, ...more }), null, JSON.stringify(more));
  assert.equal(directionOf({ ...at, step: null }, at), null);
});
