import assert from "node:assert/strict";
import { test } from "node:test";
import { goToMatch, search } from "../../../src/state/actions/search.ts";
import { Finder } from "../../../src/state/finder.ts";
import { layerOf, runOf, settle } from "../fakes.ts";
import { FakeStore } from "./fake_store.ts";

const AXIS = { window: { from: 0, to: 4 }, total: 20, minSpan: 1, rows: new Uint32Array() };

/** A store in whose two samples "ab" stands at 9 and at 1. */
async function make() {
  const texts = ["---------ab", "-ab"];
  const finder = new Finder(
    async (_, sample) => [...(texts[sample] ?? "")],
    () => {},
  );
  finder.want("ab", "a", 2);
  const store = Object.assign(new FakeStore(), { finder });
  return { store, finder };
}

test("a text is searched for", async () => {
  const { store } = await make();
  search(store, "x");
  assert.equal(store.selection.find, "x");
});

test("there is nowhere to go while the tokens are on their way, or without matches", async () => {
  const { store, finder } = await make();
  assert.equal(goToMatch(store, AXIS, 1), false);
  finder.clear();
  assert.equal(goToMatch(store, AXIS, 1), false);
  assert.deepEqual(store.calls, []);
});

test("the crosshair goes from match to match, whichever sample it is in", async () => {
  const { store, finder } = await make();
  await settle();
  store.selection = { ...store.selection, pin: { timestep: 0, unit: 3 } };
  assert.equal(goToMatch(store, AXIS, 1), true);
  assert.deepEqual(store.last("sample", "pin", "window"), [0, { timestep: 9, unit: 3 }, null]);
  goToMatch(store, AXIS, 1);
  assert.deepEqual(store.last("sample", "pin"), [1, { timestep: 1, unit: 3 }]);
  goToMatch(store, AXIS, 1);
  assert.deepEqual([store.selection.sample, finder.at], [0, 0]);
  goToMatch(store, AXIS, -1);
  assert.deepEqual([store.selection.sample, finder.at], [1, 1]);
});

test("a match is gone to in the row of its sample, and nowhere if the layer has none", async () => {
  const { store } = await make();
  await settle();
  const rowsOf = (samples: (number | null)[]) => samples.map((sample, i) => ({ name: `row ${i}`, sample }));
  store.run = runOf("a", { layers: [layerOf("lstm", { rows: rowsOf([1, 1, 0, 0]) })] });
  assert.equal(goToMatch(store, AXIS, 1), true);
  assert.equal(store.selection.sample, 2);
  store.run = runOf("a", { layers: [layerOf("lstm", { rows: rowsOf([null, null]) })] });
  assert.equal(goToMatch(store, AXIS, 1), false);
});

test("what is zoomed pans to the match", async () => {
  const { store } = await make();
  await settle();
  store.selection = { ...store.selection, window: AXIS.window };
  goToMatch(store, AXIS, 1);
  const { window } = store.selection;
  assert.ok(window !== null && window.from <= 9 && window.to >= 11);
  store.selection = { ...store.selection, window: AXIS.window };
  goToMatch(store, null, 1);
  assert.equal(store.selection.window, AXIS.window);
});
