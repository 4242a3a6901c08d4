import assert from "node:assert/strict";
import { test } from "node:test";
import {
  chooseOtherLayer,
  chooseOtherRun,
  compareAs,
  cycleComparison,
  swap,
} from "../../../src/state/actions/comparison.ts";
import { layerOf, runOf } from "../fakes.ts";
import { FakeStore } from "./fake_store.ts";

const other = (more = {}) => ({ run: null, layer: null, step: null, ...more });

test("compared for the first time, a run stands beside its own first step", () => {
  const store = new FakeStore();
  store.run = runOf("a", { steps: [2, 4] });
  compareAs(store, "difference");
  assert.deepEqual(store.last("compare", "other"), ["difference", other({ step: 2 })]);
});

test("a B that was chosen before is compared again", () => {
  for (const chosen of [{ run: "b" }, { layer: "gru" }, { step: 3 }]) {
    const store = new FakeStore({ other: other(chosen) });
    compareAs(store, "side");
    assert.deepEqual(store.selection.other, other(chosen));
  }
  const store = new FakeStore({ compare: "side" });
  compareAs(store, "off");
  assert.deepEqual(store.last("compare", "other"), ["off", other()]);
});

test("one key goes through the ways of comparing", () => {
  const store = new FakeStore();
  const seen = [1, 2, 3].map(() => {
    cycleComparison(store);
    return store.selection.compare;
  });
  assert.deepEqual(seen, ["side", "difference", "off"]);
  const overview = new FakeStore({ overview: true });
  const inOverview = [1, 2, 3].map(() => {
    cycleComparison(overview);
    return overview.selection.compare;
  });
  assert.deepEqual(inOverview, ["side", "off", "side"]);
});

test("another run for B is shown at A's layer and step; A's own keeps B's step", () => {
  const store = new FakeStore({ compare: "side", other: other({ run: "b", layer: "gru", step: 2 }) });
  chooseOtherRun(store, "c");
  assert.deepEqual(store.selection.other, other({ run: "c" }));
  store.selection = { ...store.selection, other: other({ run: "c", step: 2 }) };
  chooseOtherRun(store, "a");
  assert.deepEqual(store.selection.other, other({ step: 2 }));
});

test("B's layer is chosen, or as in A", () => {
  const store = new FakeStore({ other: other({ run: "b", step: 2 }) });
  chooseOtherLayer(store, "gru");
  assert.deepEqual(store.selection.other, other({ run: "b", layer: "gru", step: 2 }));
  chooseOtherLayer(store, null);
  assert.equal(store.selection.other.layer, null);
});

test("A and B change places, as they are shown", () => {
  const store = new FakeStore({ step: 1, compare: "side", follow: true, other: other({ run: "b" }) });
  store.otherRun = runOf("b", { steps: [0, 5], layers: [layerOf("gru")] });
  swap(store);
  assert.deepEqual(store.last("run", "layer", "step", "follow"), ["b", "gru", 0, false]);
  assert.deepEqual(store.selection.other, { run: "a", layer: "lstm", step: 1 });
});

test("within one run B stays as in A", () => {
  const store = new FakeStore({ step: 1, compare: "difference", other: other({ step: 3 }) });
  swap(store);
  assert.deepEqual(store.last("run", "step"), ["a", 3]);
  assert.deepEqual(store.selection.other, { run: null, layer: "lstm", step: 1 });
});

test("without B nothing changes places", () => {
  const store = new FakeStore({ other: other({ step: 3 }) });
  swap(store);
  store.selection = { ...store.selection, compare: "side" };
  store.otherRun = null;
  swap(store);
  assert.deepEqual(store.calls, []);
});
