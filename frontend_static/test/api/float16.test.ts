import assert from "node:assert/strict";
import { test } from "node:test";
import { halfTable, halfToNumber } from "../../src/api/float16.ts";

test("decodes the landmarks of half precision", () => {
  const cases: [number, number][] = [
    [0x0000, 0],
    [0x3c00, 1],
    [0xbc00, -1],
    [0x3555, 0.333251953125],
    [0x7bff, 65504],
    [0x0001, 2 ** -24],
    [0x03ff, 1023 * 2 ** -24],
    [0x0400, 2 ** -14],
    [0x7c00, Number.POSITIVE_INFINITY],
    [0xfc00, Number.NEGATIVE_INFINITY],
  ];
  for (const [bits, value] of cases) assert.equal(halfToNumber(bits), value, bits.toString(16));
  assert.ok(Object.is(halfToNumber(0x8000), -0));
  assert.ok(Number.isNaN(halfToNumber(0x7e00)));
  assert.ok(Number.isNaN(halfToNumber(0xfc01)));
});

test("agrees with the engine's own Float16Array on every value", {
  skip: !("Float16Array" in globalThis),
}, () => {
  const Native = (globalThis as unknown as { Float16Array: new (buffer: ArrayBuffer) => ArrayLike<number> })
    .Float16Array;
  const bits = Uint16Array.from({ length: 65536 }, (_, i) => i);
  const native = new Native(bits.buffer);
  const ours = halfTable();
  for (let i = 0; i < 65536; i++) assert.ok(Object.is(ours[i], native[i]), i.toString(16));
});
