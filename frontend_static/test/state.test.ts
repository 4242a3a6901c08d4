import assert from "node:assert/strict";
import { test } from "node:test";
import { ByteCache } from "../src/api/cache.ts";
import type { RunInfo } from "../src/api/types.ts";
import { formatHash, parseHash, tabOf } from "../src/host/hash.ts";
import { commandOf, controlTakes, moveCell } from "../src/state/keys.ts";
import { fromParams, toParams } from "../src/state/params.ts";
import { Player } from "../src/state/player.ts";
import {
  NOTHING,
  nearestStep,
  neighbourStep,
  otherKey,
  resolve,
  type Selection,
} from "../src/state/selection.ts";

const layer = (key: string, units = 96, timesteps = 140) => ({
  key,
  cell: "LSTM",
  units,
  timesteps,
  masked: false,
  config: {},
  signals: [],
});
const RUN: RunInfo = {
  run: "a/rnn",
  unit: "epoch",
  steps: [0, 2, 5, 9],
  logs: {},
  layers: [layer("lstm"), layer("encoder/lstm", 8)],
  samples: [{ name: "x" }, { name: "y" }],
  annotations: [],
  problems: [],
  directory: "/logs/a/rnn",
};

test("the hash carries any text there and back, and leaves others' alone", () => {
  const params = { run: "a b/ü&=%", step: "3" };
  const hash = formatHash("#scalars&p.other.key=1&p.rnn_timeline.run=old", params);
  assert.equal(tabOf(hash), "rnn_timeline");
  assert.ok(hash.includes("p.other.key=1"));
  assert.deepEqual(parseHash(hash), params);
  assert.deepEqual(parseHash("#rnn_timeline&p.rnn_timeline.run=%E0%A4%A"), { run: "%E0%A4%A" });
  assert.deepEqual(parseHash(""), {});
});

test("a selection survives the URL", () => {
  const selection: Selection = {
    run: "a/rnn",
    layer: "encoder/lstm",
    sample: 1,
    step: 5,
    window: { from: 12.5, to: 40 },
    pin: { timestep: 20, unit: 7 },
    signal: "forget_gate",
    compare: "difference",
    other: { run: "b & c/rnn", layer: "gru", step: 0 },
    contrast: 5,
    order: { by: "variance", signal: "cell_state", step: 5, otherStep: 2 },
    pinned: [7, 3, 4, 5],
    only: true,
    overview: true,
    overlay: 12,
    panel: "detectors",
    annotation: "inside string",
    brush: { sample: 0, start: 3, end: 9 },
    matchStep: 4,
    threshold: 0.5,
    matrix: null,
    follow: true,
    find: "def (",
  };
  assert.deepEqual(fromParams(toParams(selection)), selection);
  assert.deepEqual(fromParams({}), NOTHING);
  assert.deepEqual(fromParams({ sample: "1", start: "3", end: "9" }).brush, { sample: 1, start: 3, end: 9 });
  assert.deepEqual(fromParams({ sample: "-1", step: "x", from: "9", to: "3", timestep: "1" }), NOTHING);
});

test("what a run does not have falls back to what it has", () => {
  const resolved = resolve({ ...NOTHING, layer: "gone", sample: 9, pin: { timestep: 1, unit: 99 } }, RUN);
  assert.deepEqual(resolved, { ...NOTHING, run: "a/rnn", layer: "lstm", sample: 0, step: 9 });
});

test("a chosen step stays when the run grows, the last one included", () => {
  const chosen = resolve({ ...NOTHING, step: 9 }, RUN);
  assert.equal(resolve(chosen, { ...RUN, steps: [...RUN.steps, 10, 11] }).step, 9);
  assert.equal(resolve({ ...NOTHING, step: 4 }, RUN).step, 5);
  assert.equal(nearestStep([0, 2], 1), 0);
  assert.equal(nearestStep([], 1), null);
});

test("a run without layers or steps selects nothing", () => {
  const empty = resolve(NOTHING, { ...RUN, steps: [], layers: [], samples: [] });
  assert.deepEqual(empty, { ...NOTHING, run: "a/rnn", sample: 0 });
});

test("neighbours count captured steps and stop at the ends", () => {
  assert.equal(neighbourStep(RUN.steps, 2, 1), 5);
  assert.equal(neighbourStep(RUN.steps, 2, -10), 0);
  assert.equal(neighbourStep(RUN.steps, 2, 10), 9);
  assert.equal(neighbourStep([], 2, 1), null);
});

const key = (name: string, more = {}) =>
  commandOf({ key: name, altKey: false, ctrlKey: false, metaKey: false, shiftKey: false, ...more });

test("keys mean what the help says", () => {
  assert.deepEqual(key("ArrowRight"), { do: "step", by: 1 });
  assert.deepEqual(key("ArrowLeft", { shiftKey: true }), { do: "step", by: -10 });
  assert.deepEqual(key("]"), { do: "cursor", timesteps: 1, units: 0 });
  assert.deepEqual(key("ArrowUp", { altKey: true }), { do: "cursor", timesteps: 0, units: -1 });
  assert.deepEqual(key(" "), { do: "play" });
  assert.equal(key("ArrowRight", { ctrlKey: true }), null);
  assert.equal(key("q"), null);
  assert.ok(controlTakes("SELECT", "ArrowLeft"));
  assert.ok(controlTakes("BUTTON", " ") && !controlTakes("BUTTON", "ArrowLeft"));
});

test("the crosshair starts in the middle and stays inside", () => {
  const bounds = { timesteps: 10, rows: Uint32Array.of(2, 0, 3), middle: 5 };
  assert.deepEqual(moveCell(null, { timesteps: 1, units: 0 }, bounds), { timestep: 5, unit: 2 });
  // From row to row as they stand, not from number to number.
  assert.deepEqual(moveCell({ timestep: 5, unit: 2 }, { timesteps: 0, units: 1 }, bounds).unit, 0);
  assert.deepEqual(moveCell({ timestep: 9, unit: 2 }, { timesteps: 1, units: -1 }, bounds), {
    timestep: 9,
    unit: 2,
  });
});

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

test("the player goes on only once the step is shown, and says when it is through", async () => {
  const shown: number[] = [];
  let release = () => {};
  const ended = new Promise<void>((resolve) => {
    const player = new Player(async () => {
      await new Promise<void>((next) => {
        release = next;
      });
      shown.push(shown.length);
      return shown.length < 3;
    }, resolve);
    player.rate = 1000;
    player.start();
    player.start();
    assert.ok(player.playing);
  });
  for (let i = 0; i < 3; i++) {
    assert.equal(shown.length, i);
    release();
    await new Promise((next) => setTimeout(next, 10));
  }
  await ended;
  assert.deepEqual(shown, [0, 1, 2]);
});

test("a stopped player shows nothing more", async () => {
  let steps = 0;
  const player = new Player(
    async () => {
      steps++;
      return true;
    },
    () => assert.fail("stopping is not ending"),
  );
  player.rate = 1000;
  player.start();
  player.stop();
  await new Promise((next) => setTimeout(next, 20));
  assert.equal(steps, 1);
  assert.equal(player.playing, false);
});

test("B is as A but for what it says itself, as far as its run has it", () => {
  const a = { run: "a/rnn", layer: "lstm", sample: 1, step: 5 };
  const gru: RunInfo = { ...RUN, run: "b/rnn", steps: [1, 4], layers: [layer("gru")] };
  const at = (other: Partial<Selection["other"]>): Selection => {
    return { ...NOTHING, compare: "side", other: { ...NOTHING.other, ...other } };
  };
  assert.equal(otherKey({ ...at({ step: 0 }), compare: "off" }, RUN, a), null);
  assert.equal(otherKey(at({}), null, a), null);
  assert.deepEqual(otherKey(at({ step: 0 }), RUN, a), { ...a, step: 0 });
  // The nearest step that was captured, and the only layer there is.
  assert.deepEqual(otherKey(at({}), gru, a), { run: "b/rnn", layer: "gru", sample: 1, step: 4 });
  const two = { ...gru, layers: [layer("gru"), layer("gru_2")] };
  assert.equal(otherKey(at({}), two, a), null);
  assert.equal(otherKey(at({ layer: "gru_2" }), two, a)?.layer, "gru_2");
  assert.equal(otherKey(at({}), { ...gru, steps: [] }, a), null);
});

test("the newest step is followed only as long as that is wished", () => {
  const followed = resolve({ ...NOTHING, step: 2, follow: true }, RUN);
  assert.equal(followed.step, 9);
  assert.equal(resolve({ ...followed, follow: false, step: 2 }, RUN).step, 2);
});

test("an order and B's step are brought to what the run has", () => {
  const signals = ["update_gate", "hidden_state"].map((name) => ({
    name,
    range: null,
    extremes: null,
    units: 4,
  }));
  const gru: RunInfo = { ...RUN, steps: [0, 4, 8], layers: [{ ...layer("gru"), signals }] };
  const wanted: Selection = {
    ...NOTHING,
    order: { by: "mean", signal: "forget_gate", step: 11, otherStep: null },
    other: { ...NOTHING.other, step: 3 },
  };
  const { order, other } = resolve(wanted, gru, gru);
  assert.deepEqual(order, { by: "mean", signal: "hidden_state", step: 8, otherStep: null });
  assert.equal(other.step, 4);
});
