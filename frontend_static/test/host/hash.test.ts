import assert from "node:assert/strict";
import { test } from "node:test";
import { formatHash, parseHash, tabOf } from "../../src/host/hash.ts";

test("the hash carries any text there and back, and leaves others' alone", () => {
  const params = { run: "a b/ü&=%", step: "3" };
  const hash = formatHash("#scalars&p.other.key=1&p.rnn_timeline.run=old", params);
  assert.equal(tabOf(hash), "rnn_timeline");
  assert.ok(hash.includes("p.other.key=1") && !hash.includes("old"));
  assert.deepEqual(parseHash(hash), params);
  assert.deepEqual(parseHash("#rnn_timeline&p.rnn_timeline.run=%E0%A4%A"), { run: "%E0%A4%A" });
  assert.deepEqual(parseHash(""), {});
});
