import assert from "node:assert/strict";
import { test } from "node:test";
import { orderBy, pinUnits, toggleOnly, togglePinned } from "../../../src/state/actions/rows.ts";
import { BY_INDEX } from "../../../src/state/selection.ts";
import { FakeStore, sideOf } from "./fake_store.ts";

test("an order comes from the steps on the screen, not from those on their way", () => {
  const store = new FakeStore({ step: 3 });
  const order = Uint32Array.of(0);
  store.view = { compare: "side", a: sideOf(1), b: sideOf(0), fault: null, order, orderFault: null };
  orderBy(store, "change", "gate");
  assert.deepEqual(store.selection.order, { by: "change", signal: "gate", step: 1, otherStep: 0 });
  orderBy(store, "index", "gate");
  assert.equal(store.selection.order, BY_INDEX);
});

test("without a picture it comes from the selected step", () => {
  const store = new FakeStore({ step: 3 });
  orderBy(store, "mean", "gate");
  assert.deepEqual(store.selection.order, { by: "mean", signal: "gate", step: 3, otherStep: null });
});

test("the crosshair's unit goes to the top, and back", () => {
  const store = new FakeStore({ pinned: [5], pin: { timestep: 0, unit: 3 } });
  togglePinned(store);
  assert.deepEqual(store.selection.pinned, [5, 3]);
  togglePinned(store);
  assert.deepEqual(store.selection.pinned, [5]);
  store.selection = { ...store.selection, pin: null };
  togglePinned(store);
  assert.equal(store.calls.length, 2);
});

test("the others are hidden only while some are at the top", () => {
  const store = new FakeStore();
  toggleOnly(store);
  assert.equal(store.selection.only, false);
  pinUnits(store, [1, 2]);
  assert.equal(store.selection.only, false);
  toggleOnly(store);
  assert.equal(store.selection.only, true);
  pinUnits(store, [1]);
  assert.equal(store.selection.only, true);
  pinUnits(store, []);
  assert.equal(store.selection.only, false);
});
