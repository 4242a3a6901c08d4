import assert from "node:assert/strict";
import { test } from "node:test";
import { fromParams, toParams } from "../../src/state/params.ts";
import { NOTHING, type Selection } from "../../src/state/selection.ts";

test("a selection survives the URL", () => {
  const selection: Selection = {
    run: "a/rnn",
    layer: "encoder/lstm",
    sample: 1,
    step: 5,
    window: { from: 12.5, to: 40 },
    pin: { timestep: 20, unit: 7 },
    signal: "forget_gate",
    compare: "difference",
    other: { run: "b & c/rnn", layer: "gru", step: 0 },
    contrast: 5,
    extremes: true,
    order: { by: "variance", signal: "cell_state", step: 5, otherStep: 2 },
    pinned: [7, 3, 4, 5],
    only: true,
    overview: true,
    overlay: 12,
    panel: "detectors",
    annotation: "inside string",
    brush: { sample: 0, start: 3, end: 9 },
    matchStep: 4,
    threshold: 0.5,
    matrix: null,
    follow: true,
    find: "def (",
  };
  assert.deepEqual(fromParams(toParams(selection)), selection);
  assert.deepEqual(fromParams({}), NOTHING);
  assert.deepEqual(fromParams({ sample: "1", start: "3", end: "9" }).brush, { sample: 1, start: 3, end: 9 });
  assert.equal(fromParams({ start: "9", end: "9" }).brush, null);
  assert.deepEqual(fromParams({ sample: "-1", step: "x", from: "9", to: "3", timestep: "1" }), NOTHING);
});
