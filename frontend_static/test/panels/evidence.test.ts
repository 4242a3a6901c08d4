import assert from "node:assert/strict";
import { test } from "node:test";
import type { ListedFinding } from "../../src/api/routes.ts";
import { evidenceOf } from "../../src/panels/findings/evidence.ts";

const FINDING = {
  layer: "gru",
  signal: "hidden_state",
  units: [5, 2],
  timesteps: [4, 5, 8],
  sample: null,
} as unknown as ListedFinding;

test("the evidence: layer, units and timesteps of a finding", () => {
  assert.deepEqual(evidenceOf(FINDING), {
    layer: "gru",
    signal: "hidden_state",
    pinned: [5, 2],
    only: true,
    window: { from: 2, to: 11 },
    pin: { unit: 5, timestep: 4 },
  });
  const whole = evidenceOf({ ...FINDING, units: [], timesteps: [] });
  assert.deepEqual([whole.only, whole.window, whole.pin], [false, null, null]);
  assert.equal(evidenceOf({ ...FINDING, sample: 2 }).sample, 2);
});

test("evidence at the first timesteps does not begin before the sequence", () => {
  assert.deepEqual(evidenceOf({ ...FINDING, timesteps: [0, 1] }).window, { from: 0, to: 4 });
  assert.deepEqual(evidenceOf({ ...FINDING, units: [] }).pin, { unit: 0, timestep: 4 });
  assert.deepEqual(evidenceOf({ ...FINDING, timesteps: [] }).pin, { unit: 5, timestep: 0 });
});
