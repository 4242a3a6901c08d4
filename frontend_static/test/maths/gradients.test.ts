import assert from "node:assert/strict";
import { test } from "node:test";
import { normDomain, normOverTime } from "../../src/maths/gradients.ts";

test("the norm over units, timestep by timestep", () => {
  const data = Float32Array.of(3, 4, 0, 0, Number.NaN, 1);
  const norms = normOverTime({ dtype: "F32", data, timesteps: 3, units: 2 } as never);
  assert.deepEqual([norms[0], norms[1]], [5, 0]);
  assert.ok(Number.isNaN(norms[2]));
});

test("the norm's axis is the same at every step: it comes from the extremes of all of them", () => {
  assert.deepEqual(normDomain([-0.002, 0.001], 100), [-9, -1]);
  assert.equal(normDomain(null, 100), null);
  assert.equal(normDomain([0, 0], 100), null);
});
