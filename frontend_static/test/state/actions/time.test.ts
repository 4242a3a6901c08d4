import assert from "node:assert/strict";
import { test } from "node:test";
import {
  brush,
  letGo,
  moveBrush,
  moveCrosshair,
  pick,
  showWindow,
  type TimeAxis,
  zoomBy,
} from "../../../src/state/actions/time.ts";
import { FakeStore, sideOf } from "./fake_store.ts";

const AXIS: TimeAxis = { window: { from: 0, to: 10 }, total: 20, minSpan: 1, rows: Uint32Array.of(2, 0, 3) };

test("a zoom is about the crosshair if that is in view, else about the middle", () => {
  const store = new FakeStore({ pin: { timestep: 2, unit: 0 } });
  zoomBy(store, AXIS, 0.5);
  assert.deepEqual(store.selection.window, { from: 1.25, to: 6.25 });
  for (const timestep of [-1, 15]) {
    store.selection = { ...store.selection, pin: timestep < 0 ? null : { timestep, unit: 0 } };
    zoomBy(store, AXIS, 0.5);
    assert.deepEqual(store.selection.window, { from: 2.5, to: 7.5 });
  }
});

test("a zoom that shows everything is none", () => {
  const store = new FakeStore({ window: AXIS.window });
  zoomBy(store, AXIS, 2);
  assert.equal(store.selection.window, null);
  zoomBy(store, null, 0.5);
  assert.equal(store.calls.length, 1);
  showWindow(store, AXIS.window);
  assert.deepEqual(store.selection.window, AXIS.window);
});

test("a cell is picked, with its signal, and let go of", () => {
  const store = new FakeStore();
  const order = Uint32Array.of(0);
  store.view = { compare: "off", a: sideOf(1), b: null, fault: null, order, orderFault: null };
  pick(store, { pin: { timestep: 2, unit: 3 }, signal: "state" });
  assert.deepEqual(store.last("pin", "signal"), [{ timestep: 2, unit: 3 }, "state"]);
  pick(store, { pin: null, signal: "gate" });
  assert.deepEqual(store.last("pin", "signal"), [null, "gate"]);
  store.selection = { ...store.selection, pin: { timestep: 0, unit: 0 } };
  letGo(store);
  assert.equal(store.selection.pin, null);
});

test("what A does not have cannot be picked in B", () => {
  const store = new FakeStore({ signal: "gate" });
  const order = Uint32Array.of(0);
  store.view = { compare: "side", a: sideOf(1), b: null, fault: null, order, orderFault: null };
  for (const pin of [
    { timestep: 3, unit: 0 },
    { timestep: 0, unit: 4 },
  ]) {
    pick(store, { pin, signal: "update" });
    assert.deepEqual(store.last("pin", "signal"), [null, "gate"]);
  }
  store.view = null;
  pick(store, { pin: { timestep: 0, unit: 0 }, signal: "state" });
  assert.equal(store.selection.signal, "gate");
});

test("the crosshair walks the rows as they stand, within A's timesteps, and what is zoomed pans along", () => {
  const store = new FakeStore({ layer: "gru" });
  moveCrosshair(store, AXIS, { timesteps: 1, units: 0 });
  assert.deepEqual(store.selection.pin, { timestep: 5, unit: 2 });
  moveCrosshair(store, AXIS, { timesteps: 0, units: 1 });
  assert.deepEqual(store.selection.pin, { timestep: 5, unit: 0 });
  assert.deepEqual(store.last("window"), [null]);
  // The layer has nine timesteps, and two of air at the edge of what is zoomed.
  moveCrosshair(store, AXIS, { timesteps: 99, units: 0 });
  assert.deepEqual(store.selection.pin, { timestep: 8, unit: 0 });
  assert.ok((store.selection.window?.to ?? 0) > 10);
});

test("there is no crosshair without an axis", () => {
  const store = new FakeStore();
  moveCrosshair(store, null, { timesteps: 1, units: 0 });
  store.run = null;
  moveCrosshair(store, AXIS, { timesteps: 1, units: 0 });
  assert.deepEqual(store.calls, []);
});

test("a brush's pattern is taken at the selected step", () => {
  const store = new FakeStore({ step: 2 });
  brush(store, { sample: 0, start: 1, end: 3 });
  assert.deepEqual(store.last("brush", "matchStep"), [{ sample: 0, start: 1, end: 3 }, 2]);
  moveBrush(store, "end");
  assert.equal(store.calls.length, 1);
  store.selection = { ...store.selection, pin: { timestep: 5, unit: 0 }, step: 3 };
  moveBrush(store, "end");
  assert.deepEqual(store.last("brush", "matchStep"), [{ sample: 0, start: 1, end: 6 }, 3]);
});
