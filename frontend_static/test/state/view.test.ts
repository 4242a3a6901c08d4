import assert from "node:assert/strict";
import { test } from "node:test";
import { labelOf, tokensOf } from "../../src/state/view.ts";
import { layerOf, runOf, traceOf } from "./fakes.ts";

test("tokens belong to sequences of their length", () => {
  const sample = { name: "x", tokens: ["a", "b", "c"], annotations: {} };
  assert.equal(tokensOf({ sample, layer: layerOf() }), sample.tokens);
  assert.equal(tokensOf({ sample, layer: layerOf("lstm", { timesteps: 4 }) }), null);
  assert.equal(tokensOf({ sample: { ...sample, tokens: null }, layer: layerOf() }), null);
  assert.equal(tokensOf({ sample: null, layer: layerOf() }), null);
  assert.equal(tokensOf({ sample, layer: layerOf("att", { over_time: false }) }), null);
});

test("a label names the step, and the run where two are shown", () => {
  const trace = traceOf({ run: "a/rnn", layer: "lstm", sample: 0, step: 3 });
  const side = {
    trace,
    run: runOf("a/rnn", { unit: "batch" }),
    layer: layerOf(),
    sample: null,
    series: null,
    scales: new Map(),
  };
  assert.equal(labelOf(side, false), "batch 3");
  assert.equal(labelOf(side, true), "a/rnn · batch 3");
});
