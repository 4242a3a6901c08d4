import assert from "node:assert/strict";
import { test } from "node:test";
import { commandOf, controlTakes, moveCell } from "../../src/state/keys.ts";

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
  assert.ok(controlTakes("BUTTON", " ") && !controlTakes("BUTTON", "ArrowLeft"));
});

test("the crosshair starts in the middle and stays inside", () => {
  const bounds = { timesteps: 10, rows: Uint32Array.of(2, 0, 3), middle: 5 };
  assert.deepEqual(moveCell(null, { timesteps: 1, units: 0 }, bounds), { timestep: 5, unit: 2 });
  // From row to row as they stand, not from number to number.
  assert.deepEqual(moveCell({ timestep: 5, unit: 2 }, { timesteps: 0, units: 1 }, bounds).unit, 0);
  assert.deepEqual(moveCell({ timestep: 9, unit: 2 }, { timesteps: 1, units: -1 }, bounds), {
    timestep: 9,
    unit: 2,
  });
});
