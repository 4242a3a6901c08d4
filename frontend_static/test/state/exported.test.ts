import assert from "node:assert/strict";
import { test } from "node:test";
import type { Matrix } from "../../src/api/trace.ts";
import type { LayerInfo, RunInfo } from "../../src/api/types.ts";
import { codeOf, fileName, numbersOf, titleOf } from "../../src/state/exported.ts";
import type { Comparing } from "../../src/state/selection.ts";
import type { Side, View } from "../../src/state/view.ts";
import { signalOf } from "./fakes.ts";

const ROWS = 2;

/** Values count on from `first`. */
function matrix(units: number, first: number): Matrix {
  const data = Float32Array.from({ length: ROWS * units }, (_, i) => first + i);
  return { dtype: "F32", timesteps: ROWS, units, data };
}

interface Made {
  run?: string;
  layer?: string;
  step?: number;
  units?: Record<string, number>;
  mask?: number[];
  first?: number;
}

const SAMPLES = [{ name: "sample 0" }, { name: "sample 1" }];

function side({
  run = "a/rnn",
  layer: key = "lstm",
  step = 3,
  units = { gate: 3, state: 3 },
  mask,
  first = 0,
}: Made): Side {
  const signals = Object.entries(units).map(([name, width]) => signalOf(name, { units: width, label: name }));
  const layer: LayerInfo = {
    key,
    cell: "Cell",
    keeps: null,
    units: Math.max(...Object.values(units)),
    timesteps: ROWS,
    position: "timestep",
    over_time: true,
    masked: mask !== undefined,
    config: {},
    rows: null,
    fingerprint: "same",
    signals,
  };
  return {
    trace: {
      key: { run, layer: key, sample: 1, step },
      signals: new Map(Object.entries(units).map(([name, width]) => [name, matrix(width, first)])),
      mask: mask === undefined ? null : Uint8Array.from(mask),
      bytes: 0,
    },
    run: { run, unit: "epoch", directory: `/logs/${run}`, samples: SAMPLES } as unknown as RunInfo,
    layer,
    sample: null,
    series: null,
    scales: new Map(),
  };
}

function viewOf(compare: Comparing, a: Made, b: Made | null = null): View {
  const one = side(a);
  const order = Uint32Array.from({ length: one.layer.units }, (_, unit) => unit);
  return { compare, a: one, b: b && side(b), fault: null, orderFault: null, order };
}

const ALL = { signal: "gate", pinned: [], only: false };
const values = ({ plot }: { plot: { matrix: Matrix } }) => [...plot.matrix.data];

test("of one picture its numbers, under the name of its place", () => {
  const exported = numbersOf(viewOf("off", { mask: [1, 0] }), ALL, false);
  assert.deepEqual(values(exported), [0, 1, 2, 3, 4, 5]);
  assert.deepEqual([...(exported.plot.mask ?? [])], [1, 0]);
  assert.equal(exported.name, "a-rnn-epoch-3-lstm-sample-1-gate");
});

test("of two pictures side by side the one that is asked for", () => {
  const view = viewOf("side", {}, { run: "b/rnn", first: 10 });
  assert.deepEqual(values(numbersOf(view, ALL, false)), [0, 1, 2, 3, 4, 5]);
  const second = numbersOf(view, ALL, true);
  assert.deepEqual(values(second), [10, 11, 12, 13, 14, 15]);
  assert.equal(second.side, view.b);
  assert.equal(second.name, "b-rnn-epoch-3-lstm-sample-1-gate");
});

test("of a difference the difference, real where both sides are", () => {
  const view = viewOf("difference", { first: 10 }, { step: 0, mask: [0, 1] });
  // Which side was looked at before does not matter where there is but one picture.
  for (const second of [false, true]) {
    const exported = numbersOf(view, ALL, second);
    assert.deepEqual(values(exported), [10, 10, 10, 10, 10, 10]);
    assert.deepEqual([...(exported.plot.mask ?? [])], [0, 1]);
    assert.equal(exported.name, "a-rnn-epoch-3-minus-a-rnn-epoch-0-lstm-sample-1-gate");
  }
});

test("without numbers, the sentence that stands in their place", () => {
  const other = { units: { state: 3 } };
  assert.throws(() => numbersOf(viewOf("side", {}, other), ALL, true), /^Error: Cell has no gate$/);
  assert.throws(() => numbersOf(viewOf("difference", {}, other), ALL, false), /nothing to subtract/);
  const wide = viewOf("difference", {}, { units: { gate: 4 } });
  assert.throws(() => numbersOf(wide, ALL, false), /only like shapes can be subtracted/);
  assert.throws(() => numbersOf(viewOf("off", {}), { ...ALL, signal: "none" }, false), /not on the screen/);
});

/** What of each loaded array is exported: "[sample]", and then the units. */
const indices = (view: View, chosen: Parameters<typeof codeOf>[1]) =>
  [...codeOf(view, chosen, null).matchAll(/step=\d+\)(.*?)(?: {2}#.*)?$/gm)].map(([, index]) => index);

test("Python asks for the units that show", () => {
  const view = viewOf("off", { units: { gate: 2, state: 4 } });
  assert.deepEqual(indices(view, { ...ALL, pinned: [1], only: false }), ["[1]"]);
  assert.deepEqual(indices(view, { ...ALL, pinned: [], only: true }), ["[1]"]);
  assert.deepEqual(indices(view, { signal: "state", pinned: [0, 1], only: true }), ["[1][:, [0, 1]]"]);
  assert.deepEqual(indices(view, { signal: "state", pinned: [3, 0], only: true }), ["[1][:, [3, 0]]"]);
  // A narrower signal has fewer of them.
  assert.deepEqual(indices(view, { ...ALL, pinned: [3, 1], only: true }), ["[1][:, [1]]"]);
  assert.deepEqual(indices(view, { ...ALL, pinned: [1, 0], only: true }), ["[1][:, [1, 0]]"]);
  assert.deepEqual(indices(view, { ...ALL, pinned: [0, 1], only: true }), ["[1]"]);
});

test("Python loads of B what it shows: its own units if it is wider, nothing if it has no such signal", () => {
  const chosen = { ...ALL, pinned: [2], only: true };
  assert.deepEqual(indices(viewOf("side", {}, { step: 0 }), chosen), ["[1][:, [2]]", "[1][:, [2]]"]);
  assert.deepEqual(indices(viewOf("side", {}, { units: { gate: 4 } }), chosen), ["[1][:, [2]]", "[1]"]);
  assert.deepEqual(indices(viewOf("side", {}, { units: { state: 3 } }), chosen), ["[1][:, [2]]"]);
});

test("Python subtracts where a difference is shown", () => {
  const subtracts = (view: View) => codeOf(view, ALL, null).includes("difference = a - b");
  assert.ok(subtracts(viewOf("difference", {}, { step: 0 })));
  assert.ok(!subtracts(viewOf("side", {}, { step: 0 })));
  assert.ok(!subtracts(viewOf("difference", {}, { units: { gate: 4 } })));
});

test("a title names all that the picture does not say itself", () => {
  assert.equal(titleOf(viewOf("off", {})), "a/rnn · epoch 3 · lstm · sample 1");
  const two = viewOf("side", {}, { run: "b/rnn", layer: "gru", step: 5 });
  assert.equal(titleOf(two), "a/rnn · epoch 3 | b/rnn · epoch 5 · lstm and gru · sample 1");
  const minus = viewOf("difference", {}, { step: 0 });
  assert.equal(titleOf(minus), "a/rnn · epoch 3 − a/rnn · epoch 0 · lstm · sample 1");
});

test("a row that is no sample is exported under its own name", () => {
  const view = viewOf("off", {});
  const rows = [
    { name: "A · part 1", sample: 0 },
    { name: "A · part 2", sample: 0 },
  ];
  const a = { ...view.a, layer: { ...view.a.layer, rows } };
  assert.equal(titleOf({ ...view, a }), "a/rnn · epoch 3 · lstm · A · part 2");
  assert.equal(numbersOf({ ...view, a }, ALL, false).name, "a-rnn-epoch-3-lstm-A-part-2-gate");
});

test("file names hold nothing that a file system minds, and are neither hidden nor endless", () => {
  assert.equal(fileName('a/b\\c:d*e?f"g<h>i|j\nk'), "a-b-c-d-e-f-g-h-i-j-k");
  assert.equal(fileName("../.rnn · epoch 3"), "rnn-epoch-3");
  assert.equal(fileName("größe hidden_state −1"), "größe-hidden_state-−1");
  const long = fileName("𝒳".repeat(300));
  assert.equal(long, "𝒳".repeat(120));
});
