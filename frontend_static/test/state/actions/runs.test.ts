import assert from "node:assert/strict";
import { test } from "node:test";
import { chooseLayer, chooseRun, chooseSample, toggleOverview } from "../../../src/state/actions/runs.ts";
import { FakeStore } from "./fake_store.ts";

test("another run is not played on", () => {
  const store = new FakeStore();
  chooseRun(store, "b");
  assert.deepEqual(store.calls, ["pause", "update run"]);
  assert.equal(store.selection.run, "b");
});

test("a layer of as many timesteps keeps the zoom, and B shows it, too", () => {
  const window = { from: 0, to: 2 };
  const store = new FakeStore({ window, other: { run: "b", layer: "own", step: 2 } });
  chooseLayer(store, "like");
  assert.deepEqual(store.last("layer", "window"), ["like", window]);
  assert.deepEqual(store.selection.other, { run: "b", layer: null, step: 2 });
  chooseLayer(store, "gru");
  assert.deepEqual(store.last("layer", "window"), ["gru", null]);
});

test("a sample is chosen, and the overview toggled", () => {
  const store = new FakeStore();
  chooseSample(store, 1);
  toggleOverview(store);
  assert.deepEqual(store.last("sample", "overview"), [1, true]);
  toggleOverview(store);
  assert.equal(store.selection.overview, false);
});
