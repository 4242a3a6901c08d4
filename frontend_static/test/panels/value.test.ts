import assert from "node:assert/strict";
import { test } from "node:test";
import { largestOf, signedBar } from "../../src/panels/value/signed.ts";

test("bars start at zero and end on their number's side", () => {
  assert.deepEqual(signedBar(2, 4, 40), { x: 20, width: 10 });
  assert.deepEqual(signedBar(-4, 4, 40), { x: 0, width: 20 });
  assert.deepEqual(signedBar(9, 4, 40), { x: 20, width: 20 });
  assert.deepEqual(signedBar(0, 0, 40), { x: 20, width: 0 });
  assert.deepEqual(signedBar(null, 4, 40), { x: 20, width: 0 });
  assert.equal(largestOf([1, -3, null, Number.NaN]), 3);
});
