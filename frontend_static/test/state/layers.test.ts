import assert from "node:assert/strict";
import { test } from "node:test";
import { layerOf } from "../../src/state/layers.ts";
import { layerOf as made, runOf } from "./fakes.ts";

test("a layer is found by its key, or is not there", () => {
  const run = runOf("a", { layers: [made("lstm"), made("gru")] });
  assert.equal(layerOf(run, "gru"), run.layers[1]);
  for (const key of ["gone", null, undefined]) assert.equal(layerOf(run, key), undefined);
  assert.equal(layerOf(null, "gru"), undefined);
});
