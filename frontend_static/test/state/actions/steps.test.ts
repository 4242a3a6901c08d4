import assert from "node:assert/strict";
import { test } from "node:test";
import {
  goToOtherStep,
  goToStep,
  moveOtherStep,
  moveStep,
  toggleFollowing,
  togglePlaying,
} from "../../../src/state/actions/steps.ts";
import { runOf } from "../fakes.ts";
import { FakeStore } from "./fake_store.ts";

test("who goes to a step neither plays nor follows any more", () => {
  const store = new FakeStore({ follow: true });
  goToStep(store, 3);
  assert.deepEqual(store.last("step", "follow"), [3, false]);
  assert.deepEqual(store.calls, ["pause", "update follow step"]);
});

test("moves go by captured steps, and stop at the ends", () => {
  const store = new FakeStore({ step: 2 });
  store.run = runOf("a", { steps: [0, 2, 5] });
  moveStep(store, 1);
  assert.deepEqual(store.last("step"), [5]);
  moveStep(store, 10);
  assert.deepEqual(store.last("step"), [5]);
  moveStep(store, -10);
  assert.deepEqual(store.last("step"), [0]);
});

test("there is nowhere to go without a run or its steps", () => {
  const store = new FakeStore();
  store.run = null;
  moveStep(store, 1);
  store.run = runOf("a", { steps: [] });
  moveStep(store, 1);
  assert.deepEqual(store.calls, []);
});

test("B moves by its own run's steps, from A's step at first", () => {
  const store = new FakeStore({ step: 4, compare: "side" });
  store.otherRun = runOf("b", { steps: [0, 3, 9] });
  moveOtherStep(store, 1);
  assert.deepEqual(store.last("other", "step"), [{ run: null, layer: null, step: 9 }, 4]);
  moveOtherStep(store, -1);
  assert.equal(store.selection.other.step, 3);
});

test("B does not move where there is none", () => {
  const store = new FakeStore();
  moveOtherStep(store, 1);
  store.selection = { ...store.selection, compare: "side" };
  store.otherRun = null;
  moveOtherStep(store, 1);
  assert.deepEqual(store.calls, []);
});

test("B may go along with A again", () => {
  const store = new FakeStore({ compare: "side", other: { run: "b", layer: null, step: 3 } });
  goToOtherStep(store, null);
  assert.deepEqual(store.selection.other, { run: "b", layer: null, step: null });
});

test("playing and following are toggled", () => {
  const store = new FakeStore();
  togglePlaying(store);
  store.playing = true;
  togglePlaying(store);
  assert.deepEqual(store.calls, ["play", "pause"]);
  toggleFollowing(store);
  assert.equal(store.selection.follow, true);
  toggleFollowing(store);
  assert.equal(store.selection.follow, false);
});
