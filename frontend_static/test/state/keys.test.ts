import assert from "node:assert/strict";
import { test } from "node:test";
import { commandOf, controlTakes } from "../../src/state/keys.ts";

const key = (name: string, more = {}) =>
  commandOf({ key: name, altKey: false, ctrlKey: false, metaKey: false, shiftKey: false, ...more });

test("keys mean what the help says", () => {
  assert.deepEqual(key("ArrowRight"), { do: "step", by: 1 });
  assert.deepEqual(key("ArrowLeft", { shiftKey: true }), { do: "step", by: -10 });
  assert.deepEqual(key("]"), { do: "cursor", timesteps: 1, units: 0 });
  assert.deepEqual(key("ArrowUp", { altKey: true }), { do: "cursor", timesteps: 0, units: -1 });
  assert.deepEqual(key(" "), { do: "play" });
  assert.equal(key("ArrowRight", { ctrlKey: true }), null);
  assert.equal(key("q"), null);
  assert.ok(controlTakes("SELECT", "ArrowLeft"));
  assert.ok(controlTakes("BUTTON", " ") && !controlTakes("BUTTON", "ArrowLeft") && !controlTakes("DIV", " "));
});
