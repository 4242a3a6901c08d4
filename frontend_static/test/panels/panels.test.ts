import assert from "node:assert/strict";
import { mock, test } from "node:test";
import type { Query } from "../../src/api/client.ts";
import { Panels } from "../../src/panels/panels.ts";
import { AT, RUN } from "./fixtures.ts";

const REST = 200;
const settle = () => new Promise((next) => setImmediate(next));

/** Panels on a client that notes what it is asked, with the clock in the test's hands. */
function watched(answerOf: (query: Query) => object = () => ({}), state = { playing: false }) {
  mock.timers.reset();
  mock.timers.enable({ apis: ["setTimeout"] });
  const asked: Query[] = [];
  const ask = async (query: Query) => {
    asked.push(query);
    return answerOf(query);
  };
  let changes = 0;
  const panels = new Panels(
    { ask },
    () => state.playing,
    () => changes++,
  );
  const rest = async (ms = REST) => {
    mock.timers.tick(ms);
    await settle();
  };
  const routes = () => asked.map(({ route }) => route);
  return { panels, asked, routes, rest, state, changes: () => changes };
}

test("a selection is asked about once it has come to rest", async () => {
  const { panels, asked, rest } = watched();
  for (const step of [0, 1, 2]) {
    panels.want({ ...AT, panel: "detectors", step }, RUN);
    await rest(REST - 1);
  }
  assert.equal(asked.length, 0);
  await rest(1);
  assert.deepEqual(
    asked.map(({ params }) => params.step),
    [2],
  );
  panels.clear();
});

test("playing asks nothing; the step that it ends at is asked for", async () => {
  const { panels, asked, rest, state } = watched(() => ({}), { playing: true });
  for (const step of [0, 1]) {
    panels.want({ ...AT, panel: "detectors", step }, RUN);
    await rest(300);
  }
  assert.equal(asked.length, 0);
  state.playing = false;
  await rest(300);
  assert.deepEqual(
    asked.map(({ params }) => params.step),
    [1],
  );
  panels.clear();
});

const F16 = { dtype: "F16", shape: [1, 1], data: new Uint16Array(1) };
const STEPS = { dtype: "I64", shape: [1], data: BigInt64Array.of(0n) };
const UNREADABLE = { dtype: "I64", shape: [0], data: new BigInt64Array(0) };
const EVOLUTION = new Map<string, object>([
  ["values", F16],
  ["steps", STEPS],
  ["unreadable", UNREADABLE],
]);

test("a picked unit is asked about at once, also while playing, and the timeline gets its evolution", async () => {
  const { panels, routes, rest } = watched(() => EVOLUTION, { playing: true });
  const at = { ...AT, panel: "unit", pin: { timestep: 3, unit: 1 } } as const;
  panels.want(at, RUN);
  assert.deepEqual(routes(), ["evolution", "change"]);
  const shown = () => panels.evolution;
  assert.equal(shown(), null);
  await settle();
  const evolution = shown();
  assert.deepEqual(evolution?.key, {
    run: "a/rnn",
    layer: "lstm",
    sample: 0,
    signal: "forget_gate",
    unit: 1,
  });
  assert.deepEqual(evolution?.data.steps, [0]);
  // Neither another step nor a pin at another timestep asks again, and views are given the same object.
  panels.want({ ...at, step: 0, pin: { timestep: 5, unit: 1 } }, RUN);
  await rest();
  assert.deepEqual(routes(), ["evolution", "change"]);
  assert.equal(shown(), evolution);
  panels.want({ ...at, pin: { timestep: 3, unit: 2 } }, RUN);
  assert.equal(shown(), null);
  panels.want({ ...at, panel: "value" }, RUN);
  assert.equal(shown(), null);
  panels.clear();
});

test("a change that cannot be read leaves the evolution", async () => {
  const { panels, rest } = watched(({ route }) => (route === "evolution" ? EVOLUTION : new Map()));
  panels.want({ ...AT, panel: "unit", pin: { timestep: 3, unit: 1 } }, RUN);
  await rest();
  assert.notEqual(panels.evolution, null);
  panels.clear();
});

const pattern = { units: [1], unit_count: 1, max_units: 200, matches: [] };

test("what an answer decides is asked for when it has come", async () => {
  const { panels, routes, rest } = watched(({ route }) => (route === "match" ? pattern : {}));
  panels.want({ ...AT, panel: "match", brush: { sample: 0, start: 2, end: 4 } }, RUN);
  await rest();
  assert.deepEqual(routes(), ["match", "sample", "match_history"]);
  panels.clear();
});

test("what an answer decides waits while the selection moves", async () => {
  const { panels, routes, rest } = watched(({ route }) => (route === "match" ? pattern : {}));
  const at = { ...AT, panel: "match", brush: { sample: 0, start: 2, end: 4 } } as const;
  panels.want(at, RUN);
  mock.timers.tick(REST);
  assert.deepEqual(routes(), ["match", "sample"]);
  // Moved on before the answer came: its follow-up waits for the rest.
  panels.want({ ...at, threshold: 0.3, find: "x" }, RUN);
  await settle();
  assert.deepEqual(routes(), ["match", "sample"]);
  await rest();
  assert.deepEqual(routes(), ["match", "sample", "match_history"]);
  panels.clear();
});

test("nothing is asked after the panels are cleared, and all again when they are wanted", async () => {
  const { panels, routes, rest, changes } = watched();
  panels.want({ ...AT, panel: "weights" }, RUN);
  panels.clear();
  await rest();
  assert.deepEqual(routes(), []);
  panels.want({ ...AT, panel: "findings" }, RUN);
  await rest();
  assert.deepEqual([routes(), changes()], [["findings", "saturation"], 2]);
  panels.clear();
  panels.want({ ...AT, panel: "findings" }, RUN);
  await rest();
  assert.equal(routes().length, 4);
  panels.clear();
});
