import assert from "node:assert/strict";
import { test } from "node:test";
import type { Finding } from "../src/api/analyses.ts";
import type { Query } from "../src/api/client.ts";
import type { RunInfo } from "../src/api/types.ts";
import { signalLabel } from "../src/maths/format.ts";
import { isGradient, normDomain, normOverTime, stateOf } from "../src/maths/gradients.ts";
import { Analyses } from "../src/state/analyses.ts";
import { annotationOf, asksOf, detectorHistoryAsk, matchAsk, reachAsk } from "../src/state/asked.ts";
import { evidenceOf } from "../src/state/evidence.ts";
import { Panels } from "../src/state/panels.ts";
import { NOTHING, PANELS, type Selection } from "../src/state/selection.ts";

const RUN: RunInfo = {
  run: "a/rnn",
  unit: "epoch",
  steps: [0, 1, 2],
  logs: {},
  layers: [
    {
      key: "lstm",
      cell: "LSTM",
      units: 4,
      timesteps: 9,
      masked: false,
      signals: ["forget_gate", "cell_state", "hidden_state"].map((name) => ({
        name,
        label: name,
        letter: null,
        meaning: null,
        saturation: null,
        state: null,
        range: null,
        extremes: null,
        units: 4,
      })),
      config: {},
    } as RunInfo["layers"][number],
  ],
  samples: [{ name: "x" }],
  annotations: [
    { name: "inside", kind: "flag" },
    { name: "depth", kind: "number" },
  ],
  problems: [],
  saturated_share: 0.95,
  directory: "/logs/a/rnn",
};

const AT: Selection = { ...NOTHING, run: "a/rnn", layer: "lstm", sample: 0, step: 2, signal: "forget_gate" };

test("a gradient is named after its state", () => {
  assert.ok(isGradient("gradient:cell_state"));
  assert.ok(!isGradient("cell_state"));
  assert.equal(stateOf("gradient:cell_state"), "cell_state");
  assert.equal(signalLabel("gradient:cell_state"), "∂L/∂cell state");
});

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

test("a closed panel asks nothing, and neither does the overview", () => {
  assert.deepEqual(asksOf(AT, RUN), []);
  assert.deepEqual(asksOf({ ...AT, panel: "findings", overview: true }, RUN), []);
  assert.deepEqual(asksOf({ ...AT, panel: "findings" }, null), []);
});

test("each panel asks what it needs, as soon as it is known", () => {
  const routes = (selection: Partial<Selection>) =>
    asksOf({ ...AT, ...selection }, RUN).map(({ route }) => route);
  const pin = { timestep: 3, unit: 1 };
  assert.deepEqual(routes({ panel: "findings" }), ["findings", "saturation"]);
  assert.deepEqual(routes({ panel: "value" }), []);
  assert.deepEqual(routes({ panel: "value", pin }), ["explain"]);
  assert.deepEqual(routes({ panel: "detectors" }), ["detectors"]);
  assert.deepEqual(routes({ panel: "detectors", pinned: [2] }), ["detectors", "detector_history"]);
  assert.deepEqual(routes({ panel: "weights" }), ["weights", "weight_history"]);
  assert.deepEqual(routes({ panel: "memory" }), ["horizon"]);
  assert.deepEqual(routes({ panel: "memory", pin }), ["horizon", "reach"]);
  for (const panel of PANELS) assert.ok(Array.isArray(asksOf({ ...AT, panel }, RUN)));
});

test("a reach is of a state: of the cell's, or of the hidden one that a gate makes", () => {
  const at = { ...AT, pin: { timestep: 3, unit: 1 } };
  assert.equal(reachAsk(at, RUN)?.params.signal, "hidden_state");
  assert.equal(reachAsk({ ...at, signal: "cell_state" }, RUN)?.params.signal, "cell_state");
});

test("an annotation that the run does not have is its first", () => {
  assert.equal(annotationOf(AT, RUN), "inside");
  assert.equal(annotationOf({ ...AT, annotation: "depth" }, RUN), "depth");
  assert.equal(annotationOf({ ...AT, annotation: "gone" }, RUN), "inside");
  assert.equal(annotationOf(AT, { ...RUN, annotations: [] }), null);
  assert.equal(detectorHistoryAsk({ ...AT, pinned: [3] }, RUN)?.params.unit, 3);
});

const FINDING = {
  layer: "gru",
  signal: "hidden_state",
  units: [5, 2],
  timesteps: [4, 5, 8],
  sample: null,
} as unknown as Finding;

test("the evidence: layer, units and timesteps of a finding", () => {
  assert.deepEqual(evidenceOf(FINDING), {
    layer: "gru",
    signal: "hidden_state",
    pinned: [5, 2],
    only: true,
    window: { from: 2, to: 11 },
    pin: { unit: 5, timestep: 4 },
  });
  const whole = evidenceOf({ ...FINDING, units: [], timesteps: [] });
  assert.deepEqual([whole.only, whole.window, whole.pin], [false, null, null]);
  assert.equal(evidenceOf({ ...FINDING, sample: 2 }).sample, 2);
});

test("answers are asked for once, and what failed when it is wanted anew", async () => {
  const asked: string[] = [];
  let fails = true;
  const ask = async ({ route }: Query) => {
    asked.push(route);
    if (route === "bad" && fails) throw new Error("No.");
    return { route };
  };
  let changes = 0;
  const analyses = new Analyses({ ask }, () => changes++);
  const [good, bad] = [
    { route: "good", params: {} },
    { route: "bad", params: {} },
  ];
  const settle = () => new Promise((next) => setTimeout(next, 0));
  analyses.want([good, bad]);
  await settle();
  assert.deepEqual(analyses.answer(good), { data: { route: "good" }, fault: null });
  assert.deepEqual(analyses.answer(bad), { data: null, fault: "No." });
  assert.equal(changes, 2);
  analyses.want([good, bad]);
  await settle();
  assert.deepEqual(asked, ["good", "bad"]);
  fails = false;
  analyses.want([]);
  analyses.want([bad]);
  await settle();
  assert.deepEqual(analyses.answer(bad), { data: { route: "bad" }, fault: null });
  assert.deepEqual(analyses.answer(null), { data: null, fault: null });
});

test("two answers that the cache cannot hold together are asked for once each", async () => {
  const large = () => new Map([["x", { data: { byteLength: 50 * 2 ** 20 } }]]);
  const asked: string[] = [];
  const ask = async ({ route }: Query) => {
    asked.push(route);
    return large();
  };
  const both = ["weights", "weight_history"].map((route) => ({ route, params: {} }));
  const analyses: Analyses = new Analyses({ ask }, () => analyses.want(both));
  analyses.want(both);
  await new Promise((next) => setTimeout(next, 30));
  assert.deepEqual(asked, ["weights", "weight_history"]);
  for (const one of both) assert.notEqual(analyses.answer(one).data, null);
});

test("playing asks nothing; the step that it ends at is asked for", async () => {
  const asked: unknown[] = [];
  const ask = async ({ params }: Query) => {
    asked.push(params.step);
    return {};
  };
  let playing = true;
  const client = { ask, evolution: ask, change: ask } as never;
  const panels = new Panels(
    client,
    () => playing,
    () => undefined,
  );
  for (const step of [0, 1]) {
    panels.want({ ...AT, panel: "detectors", step }, RUN);
    await new Promise((next) => setTimeout(next, 300));
  }
  assert.deepEqual(asked, []);
  playing = false;
  await new Promise((next) => setTimeout(next, 300));
  assert.deepEqual(asked, [1]);
  panels.clear();
});

test("a pattern is that of the step it was found at", () => {
  const brushed = { ...AT, panel: "match" as const, brush: { sample: 0, start: 2, end: 4 } };
  assert.equal(matchAsk(brushed, RUN)?.params.step, 2);
  assert.equal(matchAsk({ ...brushed, matchStep: 1 }, RUN)?.params.step, 1);
});
