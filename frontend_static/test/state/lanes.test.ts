import assert from "node:assert/strict";
import { test } from "node:test";
import type { Matrix } from "../../src/api/trace.ts";
import type { LayerInfo } from "../../src/api/types.ts";
import { type Colours, evolutionLane, type Lane, lanesOf, type Plot } from "../../src/state/lanes.ts";
import type { Comparing } from "../../src/state/selection.ts";
import type { Side, View } from "../../src/state/view.ts";
import { layerOf, matrixOf, runOf, signalOf } from "./fakes.ts";

const ORDER = Uint32Array.of(3, 1, 0, 2);
const PLAIN: Colours = { contrast: 1, extremes: false };

function sideOf(
  layer: LayerInfo,
  first = 0,
  mask: Uint8Array | null = null,
  scales: Side["scales"] = new Map(),
): Side {
  const signals = new Map(
    layer.signals.map(({ name, units }): [string, Matrix] => [name, matrixOf(layer.timesteps, units, first)]),
  );
  const key = { run: "a", layer: layer.key, sample: 0, step: 1 };
  const trace = { key, signals, mask, bytes: 0 };
  return { trace, run: runOf("a"), layer, sample: null, series: null, scales };
}

function viewOf(compare: Comparing, a: Side, b: Side | null = null, fault: string | null = null): View {
  return { compare, a, b, fault, order: ORDER, orderFault: null };
}

const names = (lanes: readonly Lane[]) => lanes.map(({ signal }) => signal);
const plotOf = (lane: Lane | undefined, pane = 0): Plot => {
  const plot = lane?.plots[pane];
  if (plot === undefined || typeof plot === "string") throw new Error(`There is no plot: ${plot}`);
  return plot;
};

const LSTM = layerOf();
const GRU = layerOf("gru", {
  cell: "GRU",
  signals: [signalOf("update"), signalOf("state", { extremes: [-9, 2] })],
});

test("one lane per signal, each on its own scale, in one order", () => {
  const lanes = lanesOf(viewOf("off", sideOf(LSTM)), ORDER, PLAIN);
  assert.deepEqual(names(lanes), ["gate", "state"]);
  assert.deepEqual(
    lanes.map(({ label }) => label),
    ["«gate»", "«state»"],
  );
  assert.deepEqual(lanes[0]?.scale, { kind: "sequential", domain: [0, 1] });
  for (const lane of lanes) assert.equal(plotOf(lane).order, ORDER);
});

test("stronger colours are for what has no range", () => {
  const lanes = lanesOf(viewOf("off", sideOf(LSTM)), ORDER, { ...PLAIN, contrast: 5 });
  assert.deepEqual(
    lanes.map(({ clipped }) => clipped),
    [false, true],
  );
  assert.deepEqual(
    lanes.map(({ scale }) => scale.domain),
    [
      [0, 1],
      [-0.2, 0.2],
    ],
  );
});

const FAR = layerOf("lstm", { signals: [signalOf("state", { extremes: [-48.6, 48.6] })] });
const typicalOf = (low: number, high: number) =>
  sideOf(FAR, 0, null, new Map([["state", [low, high] as const]]));
const scaleOf = (lane: Lane | undefined) => [lane?.scale.domain, lane?.clipped];

test("a signal without a range has the scale of its typical values, and on request that of its extremes", () => {
  const view = viewOf("off", typicalOf(-3, 2));
  const at = (colours: Partial<Colours>) => scaleOf(lanesOf(view, ORDER, { ...PLAIN, ...colours })[0]);
  assert.deepEqual(at({}), [[-3, 3], true]);
  assert.deepEqual(at({ contrast: 2 }), [[-1.5, 1.5], true]);
  assert.deepEqual(at({ extremes: true }), [[-48.6, 48.6], false]);
  const whole = lanesOf(viewOf("off", typicalOf(-48.6, 48.6)), ORDER, PLAIN)[0];
  assert.deepEqual(scaleOf(whole), [[-48.6, 48.6], false]);
});

test("two pictures and their difference have the wider of two typical scales", () => {
  const [a, b] = [typicalOf(-3, 2), typicalOf(-1, 5)];
  assert.deepEqual(scaleOf(lanesOf(viewOf("side", a, b), ORDER, PLAIN)[0]), [[-5, 5], true]);
  assert.deepEqual(scaleOf(lanesOf(viewOf("difference", a, b), ORDER, PLAIN)[0]), [[-10, 10], true]);
  const whole = lanesOf(viewOf("difference", a, b), ORDER, { ...PLAIN, extremes: true })[0];
  assert.deepEqual(scaleOf(whole), [[-97.2, 97.2], false]);
});

test("two pictures share lanes and scales, and what one cell lacks is said", () => {
  const lanes = lanesOf(viewOf("side", sideOf(LSTM), sideOf(GRU)), ORDER, PLAIN);
  assert.deepEqual(names(lanes), ["gate", "state", "update"]);
  assert.equal(lanes[2]?.label, "«update»");
  assert.equal(lanes[0]?.plots[1], "GRU has no «gate»");
  assert.equal(lanes[2]?.plots[0], "LSTM has no «update»");
  assert.deepEqual(lanes[1]?.scale.domain, [-9, 9]);
});

test("without B its pane says why", () => {
  const [lane] = lanesOf(viewOf("side", sideOf(LSTM), null, "It is not here."), ORDER, PLAIN);
  assert.equal(lane?.plots[1], "It is not here.");
});

test("a layer of another width keeps its own units, and a narrower signal A's order", () => {
  const wide = layerOf("lstm", { units: 5, signals: [signalOf("gate", { units: 5 })] });
  const narrow = layerOf("lstm", { signals: [signalOf("gate", { units: 2 })] });
  const order = (b: LayerInfo) => [
    ...plotOf(lanesOf(viewOf("side", sideOf(LSTM), sideOf(b)), ORDER, PLAIN)[0], 1).order,
  ];
  assert.deepEqual(order(wide), [0, 1, 2, 3, 4]);
  assert.deepEqual(order(narrow), [1, 0]);
  assert.deepEqual(order(LSTM), [...ORDER]);
});

test("a difference is made once, on a scale about zero, and real where both sides are", () => {
  const [a, b] = [sideOf(LSTM, 10, Uint8Array.of(1, 1, 0)), sideOf(LSTM, 4, Uint8Array.of(1, 0, 1))];
  const lanes = lanesOf(viewOf("difference", a, b), ORDER, PLAIN);
  const plot = plotOf(lanes[0]);
  assert.deepEqual([...plot.matrix.data].slice(0, 3), [6, 6, 6]);
  assert.deepEqual([...(plot.mask ?? [])], [1, 0, 0]);
  assert.deepEqual(lanes[0]?.scale, { kind: "diverging", domain: [-1, 1] });
  assert.deepEqual(lanes[0]?.of, [a.trace.signals.get("gate"), b.trace.signals.get("gate")]);
  const again = plotOf(lanesOf(viewOf("difference", a, b), ORDER, { ...PLAIN, contrast: 2 })[0]);
  assert.equal(again.matrix, plot.matrix);
  assert.equal(again.mask, plot.mask);
  const masked = plotOf(lanesOf(viewOf("difference", a, sideOf(LSTM)), ORDER, PLAIN)[0]).mask;
  assert.equal(masked, a.trace.mask);
});

test("what cannot be subtracted is said", () => {
  const [gate, , update] = lanesOf(viewOf("difference", sideOf(LSTM), sideOf(GRU)), ORDER, PLAIN);
  assert.deepEqual(gate?.plots, ["GRU has no «gate»: nothing to subtract"]);
  assert.deepEqual(update?.plots, ["LSTM has no «update»: nothing to subtract"]);
  const long = layerOf("lstm", { timesteps: 7 });
  const [shape] = lanesOf(viewOf("difference", sideOf(LSTM), sideOf(long)), ORDER, PLAIN);
  assert.deepEqual(shape?.plots, [
    "A has 3 timesteps of 4 units, B 7 timesteps of 4 units: only like shapes can be subtracted. Show them side by side.",
  ]);
});

test("a difference without B is A's own picture", () => {
  const [lane] = lanesOf(viewOf("difference", sideOf(LSTM), null, "Damaged."), ORDER, PLAIN);
  assert.deepEqual([lane?.of, lane?.plots.length], [null, 1]);
});

test("an evolution has the steps as rows, in the first pane", () => {
  const key = { run: "a", layer: "lstm", sample: 0, signal: "gate", unit: 3 };
  const none = { mask: null, unreadable: [], extremes: null, typical: null };
  const data = { ...none, steps: [0, 4], values: matrixOf(3, 2) };
  const lane = evolutionLane(signalOf("gate", { range: [0, 1] }), { key, data }, 2, {
    ...PLAIN,
    contrast: 5,
  });
  assert.deepEqual(
    [lane.label, lane.rows, lane.note, lane.plots[1], lane.clipped],
    ["«gate»", "steps", "unit 3, all steps", "", false],
  );
  assert.deepEqual([...plotOf(lane).order], [0, 1]);
});

test("an evolution has the scale of its own unit", () => {
  const key = { run: "a", layer: "lstm", sample: 0, signal: "state", unit: 3 };
  const own = { extremes: [0.145, 9.5], typical: [0.145, 1.2] } as const;
  const data = { ...own, steps: [0, 4], values: matrixOf(3, 2), mask: null, unreadable: [] };
  const info = signalOf("state", { extremes: [-48.6, 48.6] });
  const at = (colours: Colours) => scaleOf(evolutionLane(info, { key, data }, 1, colours));
  assert.deepEqual(at(PLAIN), [[0, 1.2], true]);
  assert.deepEqual(at({ ...PLAIN, extremes: true }), [[0, 9.5], false]);
});

test("units that do not correspond are not subtracted", () => {
  const [a, b] = [sideOf(LSTM), { ...sideOf(LSTM), run: runOf("b") }];
  const unrelated = { ...b, layer: { ...b.layer, fingerprint: "other" } };
  const [lane] = lanesOf(viewOf("difference", a, unrelated), ORDER, PLAIN);
  assert.deepEqual(
    [lane?.plots, lane?.of],
    [["not subtracted: the units of A and B do not correspond"], null],
  );
  assert.equal(typeof lanesOf(viewOf("difference", a, b), ORDER, PLAIN)[0]?.plots[0], "object");
});

test("side by side, units that do not correspond keep their own order", () => {
  const b = { ...sideOf(LSTM), run: runOf("b") };
  const orderOfB = (fingerprint: string) => {
    const lanes = lanesOf(
      viewOf("side", sideOf(LSTM), { ...b, layer: { ...b.layer, fingerprint } }),
      ORDER,
      PLAIN,
    );
    return [...plotOf(lanes[0], 1).order];
  };
  assert.deepEqual(orderOfB("same"), [...ORDER]);
  assert.deepEqual(orderOfB("other"), [0, 1, 2, 3]);
});
