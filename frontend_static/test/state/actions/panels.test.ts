import assert from "node:assert/strict";
import { test } from "node:test";
import { isInspector, toggleInspector, togglePanel } from "../../../src/state/actions/panels.ts";
import { FakeStore } from "./fake_store.ts";

test("a panel opens, another takes its place, and the same again closes it", () => {
  const store = new FakeStore();
  togglePanel(store, "value");
  togglePanel(store, "memory");
  assert.equal(store.selection.panel, "memory");
  togglePanel(store, "memory");
  assert.equal(store.selection.panel, null);
});

test("the inspector closes whichever of its pages is open; findings are none of them", () => {
  const store = new FakeStore({ panel: "findings" });
  assert.ok(!isInspector("findings") && !isInspector(null) && isInspector("weights"));
  toggleInspector(store);
  assert.equal(store.selection.panel, "unit");
  togglePanel(store, "weights");
  toggleInspector(store);
  assert.equal(store.selection.panel, null);
});
