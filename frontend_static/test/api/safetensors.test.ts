import assert from "node:assert/strict";
import { test } from "node:test";
import { parseSafetensors } from "../../src/api/safetensors.ts";
import { isPadding, parseTrace, valueAt } from "../../src/api/trace.ts";

type Entry = { dtype: string; shape: number[]; bytes: Uint8Array };

/** The layout as the specification has it, written by hand. */
function file(entries: Record<string, Entry>, metadata?: Record<string, string>): ArrayBuffer {
  const header: Record<string, unknown> = metadata ? { __metadata__: metadata } : {};
  let at = 0;
  for (const [name, { dtype, shape, bytes }] of Object.entries(entries)) {
    header[name] = { dtype, shape, data_offsets: [at, at + bytes.length] };
    at += bytes.length;
  }
  let text = JSON.stringify(header);
  text += " ".repeat((8 - (text.length % 8)) % 8);
  const out = new Uint8Array(8 + text.length + at);
  new DataView(out.buffer).setBigUint64(0, BigInt(text.length), true);
  out.set(new TextEncoder().encode(text), 8);
  let offset = 8 + text.length;
  for (const { bytes } of Object.values(entries)) {
    out.set(bytes, offset);
    offset += bytes.length;
  }
  return out.buffer;
}

const raw = (array: Uint16Array | Float32Array | Float64Array | Uint8Array) => new Uint8Array(array.buffer);
const half = (...bits: number[]) => raw(Uint16Array.from(bits));
const KEY = { run: "r", layer: "lstm", sample: 0, step: 3 };

test("reads dtypes, shapes and metadata", () => {
  const parsed = parseSafetensors(
    file(
      { a: { dtype: "F32", shape: [2], bytes: raw(Float32Array.of(1.5, -2)) } },
      { statistics: "mean,std" },
    ),
  );
  assert.deepEqual([...(parsed.tensors.get("a")?.data ?? [])], [1.5, -2]);
  assert.equal(parsed.metadata.statistics, "mean,std");
});

test("an array may start at any byte", () => {
  const parsed = parseSafetensors(
    file({
      mask: { dtype: "BOOL", shape: [3], bytes: Uint8Array.of(1, 1, 0) },
      x: { dtype: "F64", shape: [1], bytes: raw(Float64Array.of(0.1)) },
      y: { dtype: "F16", shape: [1], bytes: half(0x3c00) },
    }),
  );
  assert.equal(parsed.tensors.get("x")?.data[0], 0.1);
  assert.equal(parsed.tensors.get("y")?.data[0], 0x3c00);
});

test("refuses what is cut short or does not add up", () => {
  const whole = file({ a: { dtype: "F32", shape: [2], bytes: raw(Float32Array.of(1, 2)) } });
  assert.throws(() => parseSafetensors(whole.slice(0, 4)), /too short/);
  assert.throws(() => parseSafetensors(whole.slice(0, 20)), /inside its own header/);
  assert.throws(() => parseSafetensors(whole.slice(0, whole.byteLength - 1)), /does not fit/);
  const wrong = file({ a: { dtype: "F32", shape: [3], bytes: raw(Float32Array.of(1, 2)) } });
  assert.throws(() => parseSafetensors(wrong), /does not fit/);
  const unknown = file({ a: { dtype: "BF16", shape: [1], bytes: half(1) } });
  assert.throws(() => parseSafetensors(unknown), /unknown dtype BF16/);
});

test("a trace is its signals by name, and its mask", () => {
  const trace = parseTrace(
    KEY,
    file({
      "signals/forget_gate": {
        dtype: "F16",
        shape: [2, 3],
        bytes: half(0, 0x3c00, 0x3800, 0xbc00, 0x7e00, 0x4000),
      },
      "signals/cell_state": { dtype: "F32", shape: [2, 1], bytes: raw(Float32Array.of(70000, -1)) },
      mask: { dtype: "BOOL", shape: [2], bytes: Uint8Array.of(1, 0) },
    }),
  );
  assert.deepEqual([...trace.signals.keys()], ["forget_gate", "cell_state"]);
  const gate = trace.signals.get("forget_gate");
  const state = trace.signals.get("cell_state");
  assert.ok(gate && state);
  assert.equal(valueAt(gate, 0, 2), 0.5);
  assert.equal(valueAt(gate, 1, 0), -1);
  assert.equal(valueAt(gate, 1, 2), 2);
  assert.equal(valueAt(state, 0, 0), 70000);
  assert.ok(Number.isNaN(valueAt(gate, 2, 0)));
  assert.deepEqual([isPadding(trace, 0), isPadding(trace, 1)], [false, true]);
});

test("a trace of integers is refused by its signal's name", () => {
  const bytes = raw(Uint8Array.of(1, 2));
  assert.throws(
    () => parseTrace(KEY, file({ "signals/x": { dtype: "U8", shape: [1, 2], bytes } })),
    /signal x .* U8/,
  );
  const flat = file({ "signals/x": { dtype: "F16", shape: [1], bytes: half(1) } });
  assert.throws(() => parseTrace(KEY, flat), /\[timesteps, units\]/);
});
