import assert from "node:assert/strict";
import { test } from "node:test";
import { labelOf, recurrentState, signalOptions } from "../../src/panels/shared/signals.ts";
import { layerOf } from "../../src/state/layers.ts";
import { RUN, signalInfo } from "./fixtures.ts";

test("labels are the run's, and a signal that it lacks keeps its name", () => {
  assert.equal(labelOf(RUN, "lstm", "forget_gate"), "forget gate");
  assert.equal(labelOf(RUN, "gone", "forget_gate"), "forget_gate");
  assert.deepEqual(signalOptions(layerOf(RUN, "mine")), [{ value: "state_0", text: "state 0" }]);
  assert.deepEqual(signalOptions(undefined), []);
});

test("the recurrent state is the last signal that is its own state", () => {
  const lstm = layerOf(RUN, "lstm");
  assert.ok(lstm);
  assert.equal(recurrentState(lstm), "hidden_state");
  const gradient = signalInfo("gradient:hidden_state", { state: "hidden_state" });
  assert.equal(recurrentState({ ...lstm, signals: [...lstm.signals, gradient] }), "hidden_state");
  assert.equal(recurrentState(layerOf(RUN, "mine")), null);
  assert.equal(recurrentState(undefined), null);
});
