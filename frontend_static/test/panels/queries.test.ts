import assert from "node:assert/strict";
import { test } from "node:test";
import type { Pattern } from "../../src/api/routes.ts";
import { annotationOf, detectorHistoryQuery } from "../../src/panels/detectors/queries.ts";
import { parseSaturation } from "../../src/panels/findings/queries.ts";
import { matchHistoryQuery, matchQuery, sampleQuery } from "../../src/panels/match/queries.ts";
import { parseReach, reachQuery } from "../../src/panels/memory/queries.ts";
import { parseDistributions, parsePairs } from "../../src/panels/pairs/queries.ts";
import { queriesOf } from "../../src/panels/panels.ts";
import type { AnswerLookup, PanelQuery } from "../../src/panels/query.ts";
import { PANELS } from "../../src/panels/registry.ts";
import { changeQuery, evolutionQuery } from "../../src/panels/unit/queries.ts";
import { parseWeightHistory } from "../../src/panels/weights/queries.ts";
import type { Answer } from "../../src/state/fetched.ts";
import type { Selection } from "../../src/state/selection.ts";
import { AT, RUN } from "./fixtures.ts";

const UNANSWERED: AnswerLookup = { answer: () => ({ data: null, fault: null }) };
const PIN = { timestep: 3, unit: 1 };
const B = { run: "b/rnn", layer: "gru", sample: 0, step: 1 };
const BRUSH = { sample: 1, start: 2, end: 4 };

/** Answers one route, with whatever parameters. */
function answered(route: string, data: object): AnswerLookup {
  return {
    answer: <T extends object>(query: PanelQuery<T> | null): Answer<T> =>
      query?.route === route ? { data: data as T, fault: null } : { data: null, fault: null },
  };
}

const f64 = (...values: number[]) =>
  ({ dtype: "F64", shape: [values.length], data: Float64Array.from(values) }) as const;

test("a closed panel asks nothing, and neither does the overview", () => {
  assert.deepEqual(queriesOf(AT, RUN, UNANSWERED), []);
  assert.deepEqual(queriesOf({ ...AT, panel: "findings", overview: true }, RUN, UNANSWERED), []);
  assert.deepEqual(queriesOf({ ...AT, panel: "findings" }, null, UNANSWERED), []);
});

test("each panel asks what it needs, as soon as it is known", () => {
  const routes = (selection: Partial<Selection>) =>
    queriesOf({ ...AT, ...selection }, RUN, UNANSWERED).map(({ route }) => route);
  assert.deepEqual(routes({ panel: "unit" }), ["change"]);
  assert.deepEqual(routes({ panel: "unit", pin: PIN }), ["evolution", "change"]);
  assert.deepEqual(routes({ panel: "findings" }), ["findings", "saturation"]);
  assert.deepEqual(routes({ panel: "value" }), []);
  assert.deepEqual(routes({ panel: "value", pin: PIN }), ["explain"]);
  assert.deepEqual(routes({ panel: "detectors" }), ["detectors"]);
  assert.deepEqual(routes({ panel: "detectors", pinned: [2] }), ["detectors", "detector_history"]);
  assert.deepEqual(routes({ panel: "match" }), []);
  assert.deepEqual(routes({ panel: "match", brush: BRUSH }), ["match", "sample"]);
  assert.deepEqual(routes({ panel: "weights" }), ["weights", "weight_history"]);
  assert.deepEqual(routes({ panel: "memory" }), ["horizon"]);
  assert.deepEqual(routes({ panel: "memory", pin: PIN }), ["horizon", "reach"]);
});

test("nothing is asked about what is not known yet", () => {
  const complete = { ...AT, pin: PIN, pinned: [1], brush: BRUSH };
  for (const panel of PANELS) {
    const queries = queriesOf({ ...complete, panel }, RUN, UNANSWERED, B);
    assert.ok(queries.length > 0);
    const unknown = { ...complete, panel, run: null, layer: null, step: null, sample: null, signal: null };
    assert.deepEqual(queriesOf(unknown, RUN, UNANSWERED, B), [], panel);
    for (const part of ["run", "layer", "step", "sample", "signal", "pin", "brush"]) {
      const some = queriesOf({ ...complete, panel, [part]: null }, RUN, UNANSWERED, B);
      for (const { params, route } of some)
        assert.ok(!Object.values(params).includes(null as never), `${route} without ${part}`);
    }
  }
});

test("the unit panel asks at once, and the same at every step", () => {
  const at = { ...AT, panel: "unit", pin: PIN } as const;
  const queries = queriesOf(at, RUN, UNANSWERED);
  assert.ok(queries.every(({ immediate }) => immediate));
  const params = ({ params }: PanelQuery<object>) => params;
  assert.deepEqual(queriesOf({ ...at, step: 0 }, RUN, UNANSWERED).map(params), queries.map(params));
  assert.deepEqual(evolutionQuery(at)?.params, {
    run: "a/rnn",
    layer: "lstm",
    sample: 0,
    signal: "forget_gate",
    unit: 1,
  });
  assert.deepEqual(changeQuery(at)?.params, {
    run: "a/rnn",
    layer: "lstm",
    sample: 0,
    signal: "forget_gate",
  });
});

test("a reach is of the state that the run names, and of the signal itself where it names none", () => {
  const at = { ...AT, pin: PIN };
  assert.equal(reachQuery(at, RUN)?.params.signal, "hidden_state");
  assert.equal(reachQuery({ ...at, signal: "cell_state" }, RUN)?.params.signal, "cell_state");
  assert.equal(reachQuery({ ...at, layer: "mine", signal: "state_0" }, RUN)?.params.signal, "state_0");
});

test("an annotation that the run does not have is its first", () => {
  assert.equal(annotationOf(AT, RUN), "inside");
  assert.equal(annotationOf({ ...AT, annotation: "depth" }, RUN), "depth");
  assert.equal(annotationOf({ ...AT, annotation: "gone" }, RUN), "inside");
  assert.equal(annotationOf(AT, { ...RUN, annotations: [] }), null);
  assert.equal(detectorHistoryQuery({ ...AT, pinned: [3] }, RUN)?.params.unit, 3);
});

test("a pattern stays as it was at the step it was found at", () => {
  const brushed = { ...AT, panel: "match" as const, brush: BRUSH };
  assert.equal(matchQuery(brushed)?.params.step, 2);
  assert.equal(matchQuery({ ...brushed, matchStep: 1 })?.params.step, 1);
});

test("a pattern is asked about in the sample it was brushed in, and each sample's tokens once", () => {
  const at = { ...AT, panel: "match", brush: BRUSH, signal: "cell_state" } as const;
  const match = (sample: number) => ({ sample, start: 0, end: 5, score: 1 });
  const pattern: Pattern = {
    units: [7, 2, 4],
    unit_count: 3,
    max_units: 2,
    matches: [0, 2, 0].map(match),
  };
  const queries = queriesOf(at, RUN, answered("match", pattern));
  assert.deepEqual(
    queries.map(({ route, params }) => [route, params.sample]),
    [
      ["match", 1],
      ["match_history", 1],
      ["sample", 1],
      ["sample", 0],
      ["sample", 2],
    ],
  );
  assert.deepEqual(queries[4]?.params, sampleQuery(at, RUN, 2)?.params);
  // The server says how many units it takes; the strongest come first.
  assert.equal(queries[1]?.params.units, "7,2");
  assert.equal(matchHistoryQuery(at, { ...pattern, units: [] }), null);
});

test("named arrays are read by signal, by state and by matrix", () => {
  const shares = parseSaturation(new Map([["low/f", f64(0.5, 1)] as const, ["high/f", f64(0, 0)] as const]));
  assert.deepEqual(shares, [{ signal: "f", low: [0.5, 1], high: [0, 0] }]);
  const reach = parseReach(
    new Map([
      ["norms/cell_state", f64(1, 2)] as const,
      ["steps", f64(3)] as const,
      ["all", f64(1)] as const,
      ["end", f64(4)] as const,
      ["kept", f64(0.02)] as const,
    ]),
  );
  assert.deepEqual(reach, {
    norms: new Map([["cell_state", [1, 2]]]),
    steps: 3,
    isAll: true,
    end: 4,
    kept: 0.02,
  });
  const history = parseWeightHistory(
    new Map([
      ["steps", f64(0, 2)] as const,
      ["counts/f/U", f64(1, 2)] as const,
      ["edges/f/U", f64(-1, 1)] as const,
      ["typical/f/U", f64(0.5)] as const,
      ["norm/f/U", f64(5, 6)] as const,
      ["radius/f", f64(0.5)] as const,
      ["radius_steps", f64(2)] as const,
    ]),
  );
  assert.deepEqual(history.norms.get("f/U"), [5, 6]);
  assert.deepEqual(history.histograms.get("f/U"), {
    steps: [0, 2],
    counts: [1, 2],
    edges: [-1, 1],
    typical: 0.5,
  });
  assert.deepEqual([history.radii.get("f"), history.radiusSteps, history.unreadable], [[0.5], [2], []]);
});

test("units are matched between two layers, with the place of B; steps of one layer have nothing to match", () => {
  const at = { ...AT, panel: "pairs", layer: "lstm", signal: "cell_state", step: 2 } as const;
  const asked = (other: typeof B | null) =>
    queriesOf(at, RUN, UNANSWERED, other).map(({ route, params }) => [route, params.run, params.other_run]);
  assert.deepEqual(asked(B), [
    ["unit_matching", "a/rnn", "b/rnn"],
    ["distributions", "a/rnn", "b/rnn"],
  ]);
  assert.deepEqual(asked({ ...B, run: "a/rnn", layer: "lstm" }), [["distributions", "a/rnn", "a/rnn"]]);
  assert.deepEqual(asked(null), []);
  const params = queriesOf(at, RUN, UNANSWERED, B)[0]?.params;
  assert.deepEqual(
    [params?.other_layer, params?.other_step, params?.layer, params?.step],
    ["gru", 1, "lstm", 2],
  );
});

test("pairs and distributions are read from their arrays", () => {
  const i64 = (...values: number[]) => ({
    dtype: "I64",
    shape: [values.length],
    data: BigInt64Array.from(values, BigInt),
  });
  const tensors = new Map<string, never>(
    Object.entries({
      a: i64(3, 0),
      b: i64(1, 2),
      r: f64(0.9, -0.5),
      units: i64(4, 3),
      chance: f64(0.25),
    }) as never,
  );
  const found = parsePairs(tensors);
  assert.deepEqual(found.pairs, [
    { a: 3, b: 1, r: 0.9 },
    { a: 0, b: 2, r: -0.5 },
  ]);
  assert.deepEqual([found.units, found.chance, found.signed], [[4, 3], 0.25, false]);
  const counts = { edges: f64(0, 1, 2), "counts/a": i64(1, 3), "counts/b": i64(0, 0) };
  const shares = parseDistributions(new Map<string, never>(Object.entries(counts) as never));
  assert.deepEqual(
    [shares.a, shares.b],
    [
      [0.25, 0.75],
      [0, 0],
    ],
  );
});
