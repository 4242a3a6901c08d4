import assert from "node:assert/strict";
import { test } from "node:test";
import {
  frameKeyOf,
  type Known,
  keyOf,
  otherKey,
  pictureOf,
  placesOf,
  runsOf,
  samePicture,
  viewOf,
} from "../../src/state/picture.ts";
import { NOTHING, type Selection } from "../../src/state/selection.ts";
import { layerOf, runOf, signalOf, traceOf } from "./fakes.ts";

const RUN = runOf("a");
const AT: Selection = { ...NOTHING, run: "a", layer: "lstm", sample: 1, step: 2, signal: "state" };
const A = { run: "a", layer: "lstm", sample: 1, step: 2 };

function known(more: Partial<Selection> = {}, otherRun: Known["otherRun"] = RUN): Known {
  return { selection: { ...AT, ...more }, run: RUN, otherRun };
}

const other = (more: Partial<Selection["other"]>) => ({ ...NOTHING.other, ...more });

test("the runs of a selection are A's and, if two are compared, B's own", () => {
  assert.deepEqual(runsOf(NOTHING), []);
  assert.deepEqual(runsOf({ ...AT, other: other({ run: "b" }) }), ["a"]);
  assert.deepEqual(runsOf({ ...AT, compare: "side", other: other({ run: "b" }) }), ["a", "b"]);
  assert.deepEqual(runsOf({ ...AT, compare: "side", other: other({ run: "a" }) }), ["a"]);
  assert.deepEqual(runsOf({ ...AT, compare: "side" }), ["a"]);
});

const PARTS = [0, 0, 1, 1].map((sample, i) => ({ name: `part ${i}`, sample }));
const UNKNOWN = [0, 1, 2, 3].map((i) => ({ name: `row ${i}`, sample: null }));

test("B shows the row of A's sample, or none", () => {
  const parts = runOf("parts", { layers: [layerOf("lstm", { rows: PARTS })] });
  const unknown = runOf("unknown", { layers: [layerOf("lstm", { rows: UNKNOWN })] });
  const side = { ...AT, compare: "side" as const };
  const rowOf = (run: typeof RUN, sample: number, from: typeof RUN) =>
    otherKey(side, run, { ...A, sample }, from)?.sample;
  assert.deepEqual([rowOf(parts, 1, RUN), rowOf(RUN, 3, parts), rowOf(parts, 3, parts)], [2, 1, 3]);
  // Rows that are not known correspond to nothing but the same row of the same layer.
  assert.deepEqual(
    [rowOf(unknown, 1, RUN), rowOf(RUN, 1, unknown), rowOf(unknown, 2, unknown)],
    [undefined, undefined, 2],
  );
  const picture = pictureOf({
    selection: { ...side, sample: 1, other: other({ run: "unknown" }) },
    run: RUN,
    otherRun: unknown,
  });
  assert.equal(picture?.b, null);
  assert.match(
    picture?.fault ?? "",
    /“lstm” of the run “unknown” has no row that is known to be that of “y”/,
  );
});

test("a frame has the sample of a row, where it is known, and none where it is not", () => {
  const samplesOf = (rows: typeof PARTS | typeof UNKNOWN | null, sample: number) => {
    const run = runOf("a", { layers: [layerOf("lstm", { rows })] });
    const picture = pictureOf({ selection: { ...AT, sample }, run, otherRun: run });
    return picture && frameKeyOf(picture).samples;
  };
  assert.deepEqual(samplesOf(PARTS, 2), [1, null]);
  assert.deepEqual(samplesOf(UNKNOWN, 2), [null, null]);
  assert.equal(samplesOf(null, 1), undefined);
});

test("A has a key once all of it is selected", () => {
  assert.deepEqual(keyOf(AT), A);
  assert.deepEqual(keyOf(AT, 0), { ...A, step: 0 });
  for (const name of ["run", "layer", "sample", "step"]) assert.equal(keyOf({ ...AT, [name]: null }), null);
});

test("B is as A but for what it chooses itself, as far as its run has it", () => {
  const gru = runOf("b", { steps: [1, 4], layers: [layerOf("gru")] });
  const at = (more: Partial<Selection["other"]>): Selection => ({
    ...AT,
    compare: "side",
    other: other(more),
  });
  assert.equal(otherKey({ ...at({ step: 0 }), compare: "off" }, RUN, A, RUN), null);
  assert.equal(otherKey(at({}), null, A, RUN), null);
  assert.deepEqual(otherKey(at({ step: 0 }), RUN, A, RUN), { ...A, step: 0 });
  // The nearest step that was captured, and the only layer there is.
  assert.deepEqual(otherKey(at({}), gru, A, RUN), { run: "b", layer: "gru", sample: 1, step: 1 });
  const two = { ...gru, layers: [layerOf("gru"), layerOf("gru_2")] };
  assert.equal(otherKey(at({}), two, A, RUN), null);
  assert.equal(otherKey(at({ layer: "gru_2" }), two, A, RUN)?.layer, "gru_2");
  assert.equal(otherKey(at({ layer: "gone" }), gru, A, RUN), null);
  assert.equal(otherKey(at({}), { ...gru, steps: [] }, A, RUN), null);
});

test("a picture names its places, and has none where its run has no such layer or step", () => {
  const picture = pictureOf(known());
  assert.deepEqual(picture && frameKeyOf(picture), {
    a: A,
    b: null,
    order: { by: "index", signal: "", units: 4, saturation: null, a: A, b: null },
    scales: [{ run: "a", layer: "lstm", last: 3 }, null],
  });
  assert.equal(picture?.a.layer, RUN.layers[0]);
  assert.equal(pictureOf(known({ layer: "gone" })), null);
  assert.equal(pictureOf(known({ step: null })), null);
  assert.equal(pictureOf({ ...known(), run: null }), null);
  assert.equal(pictureOf(known(), 0)?.a.key.step, 0);
});

test("B without a place leaves A, and the reason", () => {
  const side = { compare: "side" as const, other: other({ run: "b" }) };
  const why = (otherRun: Known["otherRun"]) => pictureOf(known(side, otherRun))?.fault;
  assert.equal(why(null), "The run “b” is not here (any more): choose another for B.");
  assert.equal(why(runOf("b", { steps: [] })), "The run “b” has no captured epoch yet.");
  const layers = [layerOf("gru"), layerOf("gru_2")];
  assert.equal(
    why(runOf("b", { layers })),
    "The run “b” has no layer “lstm”: choose one of its layers for B.",
  );
  assert.equal(why(runOf("b")), null);
  assert.equal(pictureOf(known({ other: side.other }, null))?.fault, null);
});

test("an order keeps its step, and an unknown signal has none", () => {
  const by = (order: Partial<Selection["order"]>, more: Partial<Selection> = {}) =>
    pictureOf(known({ ...more, order: { ...NOTHING.order, signal: "gate", ...order } }))?.order;
  const scrubbed = by({ by: "mean", step: 0 });
  assert.deepEqual([scrubbed?.a.step, scrubbed?.b, scrubbed?.saturation], [0, null, [0.1, 0.9]]);
  assert.equal(by({ by: "mean" })?.a.step, 2);
  assert.equal(by({ by: "mean", signal: "gone" })?.by, "index");
  const change = by({ by: "change", step: 1, otherStep: 3 }, { compare: "side" });
  assert.deepEqual([change?.a.step, change?.b?.step], [1, 3]);
  assert.equal(by({ by: "change", step: 1 }, { compare: "side", other: other({ step: 0 }) })?.b?.step, 0);
  assert.equal(by({ by: "change", step: 1 })?.b, null);
});

test("pictures differ where what is painted does", () => {
  const one = pictureOf(known());
  assert.ok(samePicture(one, pictureOf(known())));
  assert.ok(samePicture(null, null));
  assert.ok(!samePicture(one, null));
  for (const more of [
    { step: 1 },
    { sample: 0 },
    { compare: "side" as const },
    { order: { ...NOTHING.order, by: "mean" as const, signal: "gate" } },
  ])
    assert.ok(!samePicture(one, pictureOf(known(more))), JSON.stringify(more));
  // What does not change a picture does not change its identity either.
  for (const more of [
    { pin: { timestep: 1, unit: 2 } },
    { pinned: [3] },
    { panel: "unit" as const },
    { find: "x" },
  ])
    assert.ok(samePicture(one, pictureOf(known(more))), JSON.stringify(more));
  // A run that has grown may have other extremes, and with them other colours.
  assert.ok(!samePicture(one, pictureOf({ ...known(), run: runOf("a") })));
  const side = known({ compare: "side" });
  assert.ok(!samePicture(pictureOf(side), pictureOf({ ...side, otherRun: runOf("a") })));
  const missing = known({ compare: "side", other: other({ run: "b" }) }, null);
  assert.ok(!samePicture(pictureOf(missing), pictureOf({ ...missing, otherRun: runOf("b", { steps: [] }) })));
});

test("the places of the overview are those of A and B", () => {
  const keys = (one: Known) => placesOf(one).map((place) => place?.key.run ?? null);
  assert.deepEqual(keys(known()), ["a", null]);
  assert.deepEqual(keys(known({ compare: "side", other: other({ run: "b" }) }, runOf("b"))), ["a", "b"]);
  assert.deepEqual(keys({ ...known(), run: null, otherRun: null }), [null, null]);
});

test("a view stands under the run and the layer that were wanted, whatever is selected by now", () => {
  const picture = pictureOf(known({ compare: "side", other: other({ step: 0 }) }));
  assert.ok(picture?.b);
  const part = (key: typeof A) => ({ trace: traceOf(key), sample: null, series: null, scales: new Map() });
  const frame = {
    a: part(A),
    b: part({ ...A, step: 0 }),
    fault: null,
    order: Uint32Array.of(0),
    orderFault: null,
  };
  const view = viewOf(picture, frame);
  assert.deepEqual([view.a.run, view.a.layer, view.b?.trace.key.step], [RUN, RUN.layers[0], 0]);
  const without = viewOf(picture, {
    ...frame,
    b: null,
    fault: "Step 0 is damaged.",
    orderFault: "No order.",
  });
  assert.deepEqual([without.b, without.fault, without.orderFault], [null, "Step 0 is damaged.", "No order."]);
  const missing = pictureOf(known({ compare: "side", other: other({ run: "b" }) }, null));
  assert.ok(missing);
  assert.match(viewOf(missing, { ...frame, b: null }).fault ?? "", /“b” is not here/);
});

test("an order of a signal that only B has is none", () => {
  const layers = [layerOf("lstm", { signals: [signalOf("own")] })];
  const order = { ...NOTHING.order, by: "mean" as const, signal: "own" };
  assert.equal(pictureOf(known({ order, compare: "side" }, runOf("b", { layers })))?.order.by, "index");
});

test("units that do not correspond have no order by their change from A to B", () => {
  const orderOf = (fingerprint: string) => {
    const otherRun = runOf("b", { layers: [layerOf("lstm", { fingerprint })] });
    const order = { by: "change", signal: "state", step: null, otherStep: null } as const;
    const selection = { ...AT, compare: "side", other: other({ run: "b" }), order } as const;
    return pictureOf({ selection, run: RUN, otherRun });
  };
  const [like, unlike] = [orderOf("same"), orderOf("other")];
  assert.deepEqual([like?.order.by, like?.order.b?.run, like?.orderFault], ["change", "b", null]);
  assert.deepEqual([unlike?.order.by, unlike?.order.b], ["index", null]);
  assert.match(unlike?.orderFault ?? "", /started from different weights/);
});
