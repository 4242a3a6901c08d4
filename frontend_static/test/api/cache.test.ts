import assert from "node:assert/strict";
import { test } from "node:test";
import { ByteCache } from "../../src/api/cache.ts";

test("the cache drops what was used longest ago, and keeps within its bytes", () => {
  const cache = new ByteCache<string>(10);
  cache.set("a", "A", 4);
  cache.set("b", "B", 4);
  assert.equal(cache.get("a"), "A");
  cache.set("c", "C", 4);
  assert.deepEqual([cache.has("a"), cache.has("b"), cache.has("c"), cache.bytes], [true, false, true, 8]);
  cache.set("huge", "H", 99);
  assert.deepEqual([cache.get("huge"), cache.has("a"), cache.bytes], ["H", false, 99]);
  cache.set("huge", "h", 1);
  assert.equal(cache.bytes, 1);
  cache.clear();
  assert.equal(cache.bytes, 0);
});
