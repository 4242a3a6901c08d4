import assert from "node:assert/strict";
import { test } from "node:test";
import { PANELS, panelOfKey, REGISTRY, tooltipOf } from "../../src/panels/registry.ts";
import { commandOf } from "../../src/state/keys.ts";

const press = (key: string) =>
  commandOf({ key, altKey: false, ctrlKey: false, metaKey: false, shiftKey: false });

test("panels open by their number in the registry, and some by a letter", () => {
  const first = ["unit", "value", "findings", "detectors", "match", "weights", "memory"];
  assert.deepEqual(PANELS.slice(0, first.length), first);
  for (const [i, panel] of PANELS.entries())
    assert.deepEqual(press(String(i + 1)), { do: "panel", panel }, panel);
  assert.deepEqual([panelOfKey("i"), panelOfKey("e"), panelOfKey("d")], ["unit", "value", "findings"]);
  assert.equal(panelOfKey(String(PANELS.length + 1)), undefined);
  assert.equal(panelOfKey("0"), undefined);
});

test("no letter of a panel is another command's", () => {
  const letters = Object.values(REGISTRY).flatMap(({ letter }) => letter ?? []);
  assert.equal(new Set(letters).size, letters.length);
  for (const letter of letters) assert.equal(press(letter)?.do, "panel", letter);
});

test("a tooltip ends with the key", () => {
  assert.equal(tooltipOf("unit"), "The picked unit over all steps (i)");
  assert.equal(tooltipOf("memory"), "How far back units remember (7)");
});

test("every panel has an element of its own", async () => {
  const elements = await Promise.all(PANELS.map((panel) => REGISTRY[panel].element()));
  assert.equal(new Set(elements.map(({ default: Element }) => Element)).size, PANELS.length);
});
