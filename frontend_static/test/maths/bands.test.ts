import assert from "node:assert/strict";
import { test } from "node:test";
import { NO_SUMMARY, parseSummary, type Summary } from "../../src/api/summary.ts";
import {
  highEdge,
  isWhole,
  line,
  lowEdge,
  overTime,
  pointTimes,
  reach,
  spread,
  statisticAt,
  stretchesAboveZero,
  timeEdges,
} from "../../src/maths/bands.ts";
import type { OverviewEntry } from "../../src/state/overviews.ts";
import {
  domainOf,
  missingOf,
  overlaySteps,
  sameShown,
  shownOf,
  standIns,
} from "../../src/views/overview/entries.ts";
import { signalOf } from "../state/fakes.ts";

const SIGNALS = ["cell_state", "hidden_state"].map((name) =>
  signalOf(name, { label: name.replace("_", " ") }),
);
const NaN_ = Number.NaN;

/** The answer to `/summary` as its page has it: header length, padded header, arrays. */
function answer(shape: number[], statistics: string | null, steps = 2, dtype = "F32"): ArrayBuffer {
  const count = shape.reduce((a, b) => a * b, 1);
  const header = {
    ...(statistics === null ? {} : { __metadata__: { statistics } }),
    steps: { dtype: "I64", shape: [steps], data_offsets: [0, 8 * steps] },
    summary: { dtype, shape, data_offsets: [8 * steps, 8 * steps + 4 * count] },
  };
  let text = JSON.stringify(header);
  text += " ".repeat((8 - (text.length % 8)) % 8);
  const buffer = new ArrayBuffer(8 + text.length + 8 * steps + 4 * count);
  new DataView(buffer).setBigUint64(0, BigInt(text.length), true);
  new Uint8Array(buffer).set(new TextEncoder().encode(text), 8);
  const at = 8 + text.length;
  new BigInt64Array(buffer, at, steps).set(Array.from({ length: steps }, (_, i) => BigInt(3 * i)));
  if (dtype === "F32")
    new Float32Array(buffer, at + 8 * steps).set(Array.from({ length: count }, (_, i) => i));
  return buffer;
}

/** One timestep per row of each step. */
function summary(statistics: string[], bySteps: Record<number, number[][]>): Summary {
  const steps = Object.keys(bySteps).map(Number);
  const rows = Object.values(bySteps);
  return {
    steps,
    timesteps: rows[0]?.length ?? 0,
    statistics,
    values: Float32Array.from(rows.flat(2)),
  };
}

function entry(step: number, signals: Record<string, Summary>, label = "a"): OverviewEntry {
  return { label, run: "a", layer: "lstm", step, signals: new Map(Object.entries(signals)) };
}

const kept = (...steps: number[]) => summary(["median"], Object.fromEntries(steps.map((s) => [s, [[s]]])));

test("a summary is [steps, timesteps, statistics]", () => {
  const parsed = parseSummary(answer([2, 3, 2], "median,max"));
  assert.deepEqual(parsed.steps, [0, 3]);
  assert.deepEqual(parsed.statistics, ["median", "max"]);
  assert.equal(parsed.timesteps, 3);
  assert.equal(statisticAt(parsed, 0, 0, "median"), 0);
  assert.equal(statisticAt(parsed, 1, 2, "median"), 10);
  assert.equal(statisticAt(parsed, 1, 2, "max"), 11);
  assert.deepEqual([...overTime(parsed, 1, "max")], [7, 9, 11]);
});

test("what a summary lacks is not a number, never a neighbour's value", () => {
  const parsed = parseSummary(answer([2, 3, 2], "median,max"));
  assert.ok(Number.isNaN(statisticAt(parsed, 0, 3, "median")));
  assert.ok(Number.isNaN(statisticAt(parsed, 0, 0, "q05")));
  assert.deepEqual([...overTime(parsed, 0, "q05")], [NaN_, NaN_, NaN_]);
});

test("a malformed summary is refused in plain words", () => {
  assert.throws(() => parseSummary(answer([2, 3, 2], null)), /lacks its steps, its values or the names/);
  assert.throws(() => parseSummary(answer([2, 3], "median")), /not \[steps, timesteps, statistics\]/);
  assert.throws(
    () => parseSummary(answer([2, 3, 2], "median")),
    /2 steps and 1 statistics, but holds \[2, 3, 2\]/,
  );
  assert.throws(
    () => parseSummary(answer([1, 3, 1], "median")),
    /2 steps and 1 statistics, but holds \[1, 3, 1\]/,
  );
  assert.throws(
    () => parseSummary(answer([2, 3, 1], "median", 2, "I32")),
    /of I64 and I32, not of I64 and F32/,
  );
});

test("where there is room each timestep is one point, in the middle of its cell", () => {
  const edges = timeEdges({ from: 0, to: 4 }, 4, 100);
  assert.deepEqual([...edges], [0, 1, 2, 3, 4]);
  assert.deepEqual(pointTimes(edges), [0.5, 1.5, 2.5, 3.5]);
  const values = Float32Array.of(1, NaN_, 3, Number.POSITIVE_INFINITY);
  for (const points of [line, lowEdge, highEdge]) assert.deepEqual(points(values, edges), [1, null, 3, null]);
});

test("curves run on to the edges of the window", () => {
  assert.deepEqual([...timeEdges({ from: 1.5, to: 3 }, 10, 100)], [0, 1, 2, 3, 4]);
  assert.deepEqual([...timeEdges({ from: 8.2, to: 10 }, 10, 100)], [7, 8, 9, 10]);
});

test("a window of as many timesteps as pixels is not binned", () => {
  assert.ok(isWhole(timeEdges({ from: 100, to: 400 }, 1000, 300)));
  assert.ok(!isWhole(timeEdges({ from: 100, to: 400 }, 1000, 299)));
});

test("a sequence of one timestep has a width", () => {
  const edges = timeEdges({ from: 0, to: 1 }, 1, 72);
  assert.deepEqual(pointTimes(edges), [0.25, 0.75]);
  for (const points of [line, lowEdge, highEdge]) assert.deepEqual(points(Float32Array.of(7), edges), [7, 7]);
});

test("lines keep both extremes of a pixel, in the order in which they come", () => {
  const edges = Uint32Array.of(0, 4, 8, 12);
  const values = Float32Array.of(5, 9, 1, 4, 2, 2, Number.NEGATIVE_INFINITY, 2, 3, 0, NaN_, 8);
  assert.deepEqual(line(values, edges), [9, 1, 2, 2, 0, 8]);
  assert.deepEqual(pointTimes(edges), [1, 3, 5, 7, 9, 11]);
});

test("a band reaches from the least of its low edge to the greatest of its high edge", () => {
  const edges = Uint32Array.of(0, 4, 7);
  const values = Float32Array.of(5, 9, 1, Number.POSITIVE_INFINITY, NaN_, NaN_, NaN_);
  assert.deepEqual(lowEdge(values, edges), [1, 1, null, null]);
  assert.deepEqual(highEdge(values, edges), [9, 9, null, null]);
});

test("no spike of 10,000 timesteps is skipped, wherever it stands", () => {
  for (const at of [0, 4321, 9998, 9999]) {
    const values = new Float32Array(10_000);
    values[at] = 1;
    const edges = timeEdges({ from: 0, to: 10_000 }, 10_000, 700);
    assert.ok(edges.length <= 703);
    const spiked = (points: (number | null)[]) => points.indexOf(1);
    const time = pointTimes(edges)[spiked(line(values, edges))] ?? NaN_;
    assert.ok(Math.abs(time - at) < 15, `${time} is not near ${at}`);
    assert.ok(spiked(highEdge(values, edges)) >= 0);
    assert.ok(
      spiked(
        lowEdge(
          values.map((value) => 1 - value),
          edges,
        ),
      ) >= 0,
    );
  }
});

test("a shorter sequence ends where it ends", () => {
  const edges = timeEdges({ from: 0, to: 4 }, 4, 100);
  assert.deepEqual(line(Float32Array.of(1, 2), edges), [1, 2, null, null]);
});

test("stretches above zero join, and padding is none", () => {
  const edges = Uint32Array.of(0, 1, 2, 3, 4, 5, 6);
  const shares = Float32Array.of(0, 0.1, 1, 0, NaN_, 0.2);
  assert.deepEqual(stretchesAboveZero(shares, edges), [
    [1, 3],
    [5, 6],
  ]);
  assert.deepEqual(stretchesAboveZero(shares, Uint32Array.of(0, 3, 5, 6)), [
    [0, 3],
    [5, 6],
  ]);
});

test("the reach is over all steps, and only of finite numbers", () => {
  const both = ["q05", "median", "q95"];
  const wild = summary(both, {
    0: [
      [-1, 90, 2],
      [NaN_, NaN_, NaN_],
    ],
    1: [
      [-4, 0, Number.POSITIVE_INFINITY],
      [0, 0, 7],
    ],
  });
  assert.deepEqual(reach(wild), [-4, 7]);
  assert.equal(reach(NO_SUMMARY), null);
  assert.equal(reach(summary(both, { 0: [[NaN_, NaN_, NaN_]] })), null);
});

test("a spread has the first, the last and fair distances", () => {
  const steps = Array.from({ length: 46 }, (_, i) => i);
  assert.deepEqual(spread(steps, 4), [0, 15, 30, 45]);
  assert.equal(new Set(spread(steps, 12)).size, 12);
  assert.deepEqual(spread([2, 5, 9], 12), [2, 5, 9]);
  assert.deepEqual(spread([2, 5, 9], 2), [2, 9]);
  assert.deepEqual(spread([2, 5, 9], 1), [9]);
  assert.deepEqual(spread([2, 5, 9], 0), []);
  assert.deepEqual(spread([], 4), []);
});

test("an entry shows the nearest kept step, and says so", () => {
  const gate = kept(0, 4, 8);
  const [shown] = shownOf([entry(7, { gate })], "gate");
  assert.equal(shown?.row, 2);
  assert.equal(shown?.label, "a (8 is shown)");
  assert.equal(shownOf([entry(4, { gate })], "gate")[0]?.label, "a");
  assert.deepEqual(standIns(entry(7, { gate }), "epoch", SIGNALS), [
    "TensorBoard has no statistics of epoch 7: epoch 8 is shown",
  ]);
  assert.deepEqual(standIns(entry(9, { gate }), "batch", SIGNALS), [
    "TensorBoard has not read batch 9 yet: batch 8 is shown",
  ]);
  assert.deepEqual(standIns(entry(4, { gate, none: NO_SUMMARY }), "epoch", SIGNALS), []);
});

test("a stand-in that not every signal needs is named after those that do", () => {
  const sentences = standIns(
    entry(4, { cell_state: kept(0, 3), hidden_state: kept(0, 4) }),
    "epoch",
    SIGNALS,
  );
  assert.deepEqual(sentences, ["TensorBoard has not read epoch 4 yet: epoch 3 is shown (cell state)"]);
});

test("an entry without the signal leaves the other one its own colour", () => {
  const gate = kept(0, 1);
  const [a, b] = [entry(1, { gate: NO_SUMMARY }), entry(0, { gate }, "b")];
  const shown = shownOf([a, b], "gate");
  assert.deepEqual(
    shown.map(({ entry: place, label, row }) => [place, label, row]),
    [[1, "b", 0]],
  );
  assert.deepEqual(shownOf([a, b], "unheard"), []);
  assert.deepEqual(missingOf([a, b], "gate"), [0]);
  assert.deepEqual(missingOf([a, b], "unheard"), []);
});

test("one scale holds at every step and for both entries", () => {
  const statistics = ["q05", "q95", "max"];
  const state = summary(statistics, { 0: [[-1, 2, 99]], 1: [[-3, 30, 99]] });
  const wilder = summary(statistics, { 0: [[-70, 2, 99]] });
  const signal = { name: "state", units: 1, range: null, extremes: [-40, 99] as [number, number] };
  const [a, b] = [entry(0, { state }), entry(0, { state: wilder }, "b")];
  assert.deepEqual(domainOf(signal, shownOf([a], "state")), [-3, 30]);
  assert.deepEqual(domainOf(signal, []), [-40, 99]);
  assert.deepEqual(domainOf(signal, shownOf([a, b], "state")), [-70, 30]);
  assert.deepEqual(domainOf({ ...signal, extremes: null }, shownOf([a], "state")), [-3, 30]);
  assert.deepEqual(domainOf({ ...signal, extremes: null }, []), [-1, 1]);
  const zeros = summary(statistics, { 0: [[0, 0, 0]] });
  assert.deepEqual(domainOf(signal, shownOf([entry(0, { state: zeros })], "state")), [0, 1]);
  const gate = { ...signal, range: [0, 1] as [number, number], extremes: null };
  const within = summary(statistics, { 0: [[0.2, 0.7, 0.9]] });
  assert.deepEqual(domainOf(gate, shownOf([entry(0, { state: within })], "state")), [0, 1]);
  // Where B's function has another range than A's, the chart cuts neither off.
  assert.deepEqual(
    domainOf(gate, shownOf([entry(0, { state: within }), entry(0, { state: wilder }, "b")], "state")),
    [-70, 2],
  );
});

test("the same curves are known again, and others are not", () => {
  const gate = kept(0, 1);
  const at = (step: number, label = "a") => shownOf([entry(step, { gate }, label)], "gate");
  assert.ok(sameShown(at(1), at(1)));
  assert.ok(!sameShown(at(1), at(0)));
  assert.ok(!sameShown(at(1), at(1, "b")));
  assert.ok(!sameShown(at(1), shownOf([entry(1, { gate: kept(0, 1) })], "gate")));
  assert.ok(!sameShown(at(1), undefined));
  assert.ok(!sameShown([], at(1)));
});

test("overlaid steps are those that every signal has", () => {
  const one = entry(0, { gate: kept(0, 1, 2, 3), state: kept(0, 2, 3), none: NO_SUMMARY });
  assert.deepEqual(overlaySteps(one, 12), [0, 2, 3]);
  assert.deepEqual(overlaySteps(one, 2), [0, 3]);
  assert.deepEqual(overlaySteps(one, 0), []);
  assert.deepEqual(overlaySteps(undefined, 4), []);
});
