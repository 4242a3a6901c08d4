import assert from "node:assert/strict";
import { test } from "node:test";
import type { Series } from "../../src/api/arrays.ts";
import type { Matrix } from "../../src/api/trace.ts";
import type { RunInfo, SampleInfo } from "../../src/api/types.ts";
import { annotationText, extentOf, tracksOf } from "../../src/state/tracks.ts";
import type { Side } from "../../src/state/view.ts";
import { layerOf, matrixOf, runOf, signalOf, traceOf } from "./fakes.ts";

const KEY = { run: "a", layer: "lstm", sample: 0, step: 1 };

interface Made {
  annotations?: RunInfo["annotations"];
  sample?: Partial<SampleInfo> | null;
  series?: Partial<Series> | null;
  layer?: Side["layer"];
  signals?: [string, Matrix][];
}

function sideOf({
  annotations = [],
  sample = null,
  series = null,
  layer = layerOf(),
  signals = [],
}: Made): Side {
  const nothing = { inputs: new Map(), targets: new Map(), predictions: new Map(), classes: new Map() };
  return {
    trace: { ...traceOf(KEY), signals: new Map(signals) },
    run: runOf("a", { annotations }),
    layer,
    sample: sample && { name: "x", tokens: null, annotations: {}, ...sample },
    series: series && { ...nothing, ...series },
    scales: new Map(),
  };
}

const namesOf = (made: Made) => tracksOf(sideOf(made)).map(({ name }) => name);
const scores = (target: boolean) => ({
  best: Int32Array.of(1, 0, 2),
  bestScore: Float32Array.of(0.5, 0.75, 1),
  target: target ? Int32Array.of(1, 1, 1) : null,
  targetScore: target ? Float32Array.of(0.5, 0.25, 0) : null,
});

test("there are none beside an axis that is not known to be time", () => {
  const made: Made = {
    annotations: [{ name: "inside", kind: "flag" }],
    sample: { annotations: { inside: [0, 1, 1] } },
    series: { inputs: new Map([["x", matrixOf(3, 1)]]) },
  };
  assert.deepEqual(namesOf(made), ["inside", "x"]);
  assert.deepEqual(namesOf({ ...made, layer: layerOf("att", { over_time: false }) }), []);
});

test("annotations are flags or lines, with a gap where nothing is known", () => {
  const [flag, number] = tracksOf(
    sideOf({
      annotations: [
        { name: "inside", kind: "flag" },
        { name: "depth", kind: "number" },
      ],
      sample: { annotations: { inside: [0, 1, null], depth: [2, -1.5, null] } },
    }),
  );
  assert.deepEqual([flag?.kind, number?.kind], ["flag", "line"]);
  assert.deepEqual(
    [0, 1, 2].map((t) => flag?.text(t)),
    ["no", "yes", "–"],
  );
  assert.deepEqual(
    [0, 1, 2].map((t) => number?.text(t)),
    ["2", "−1.5", "–"],
  );
  assert.ok(Number.isNaN(number?.lines[0]?.values[2]));
  assert.equal(annotationText("flag", undefined), "–");
});

test("what is not as long as the time axis has no track", () => {
  const annotations = [{ name: "inside", kind: "flag" as const }];
  assert.deepEqual(namesOf({ annotations, sample: { annotations: { inside: [1, 0] } } }), []);
  assert.deepEqual(namesOf({ annotations, sample: null }), []);
});

test("inputs are drawn unless tokens say what they are, targets unless predictions do", () => {
  const series = { inputs: new Map([["x", matrixOf(3, 1)]]), targets: new Map([["y", matrixOf(3, 1)]]) };
  assert.deepEqual(namesOf({ series }), ["x", "y"]);
  assert.deepEqual(namesOf({ series, sample: { tokens: ["a", "b", "c"] } }), ["y"]);
  assert.deepEqual(namesOf({ series: { ...series, predictions: new Map([["y", matrixOf(3, 1)]]) } }), [
    "x",
    "y",
  ]);
});

test("a prediction stands beside its target, on an axis that is the target's", () => {
  const [track] = tracksOf(
    sideOf({
      series: { targets: new Map([["t", matrixOf(3, 1, 4)]]), predictions: new Map([["y", matrixOf(3, 1)]]) },
    }),
  );
  assert.deepEqual(
    track?.lines.map(({ tone }) => tone),
    ["soft", "accent"],
  );
  assert.equal(track?.text(1), "1 for 5");
  assert.deepEqual(track?.domain, [3.5, 6.5]);
  const [alone] = tracksOf(sideOf({ series: { predictions: new Map([["y", matrixOf(3, 1)]]) } }));
  assert.deepEqual([alone?.text(1), alone?.domain], ["1", null]);
});

test("classes show the target's score, or the best one where there is no target", () => {
  const [right] = tracksOf(sideOf({ series: { classes: new Map([["y", scores(true)]]) } }));
  assert.deepEqual(
    [right?.name, right?.text(1), right?.domain],
    ["y, target", "0.25, best 0.75, class 0", [0, 1]],
  );
  assert.deepEqual(Array.from(right?.lines[0]?.values ?? []), [0.5, 0.25, 0]);
  const [best] = tracksOf(sideOf({ series: { classes: new Map([["y", scores(false)]]) } }));
  assert.deepEqual([best?.name, best?.text(1), best?.brief?.(2)], ["y, best", "best 0.75, class 0", "1"]);
  const logits = { ...scores(false), bestScore: Float32Array.of(3, -1, 0) };
  assert.equal(tracksOf(sideOf({ series: { classes: new Map([["y", logits]]) } }))[0]?.domain, null);
});

test("a few numbers per timestep are classes only if the targets are", () => {
  const predictions = new Map([["y", matrixOf(3, 2)]]);
  assert.deepEqual(namesOf({ series: { predictions, classes: new Map([["y", scores(true)]]) } }), [
    "y, target",
  ]);
  assert.deepEqual(namesOf({ series: { predictions, classes: new Map([["y", scores(false)]]) } }), ["y"]);
});

test("a gradient is its norm over time, on a logarithmic axis that is the same at every step", () => {
  const gradient = signalOf("gradient:state", { extremes: [-0.002, 0.001], units: 4, gradient_of: "state" });
  const data = Float32Array.of(0.3, 0.4, 0, 0, 0, 0, 0, 0, Number.NaN, 0, 0, 0);
  const matrix: Matrix = { dtype: "F32", timesteps: 3, units: 4, data };
  const layer = layerOf("lstm", { signals: [signalOf("state"), gradient] });
  const [track] = tracksOf(sideOf({ layer, signals: [["gradient:state", matrix]] }));
  assert.equal(track?.name, "log ‖∂L/∂state‖");
  assert.deepEqual(track?.domain, [-10, -2]);
  assert.ok(Math.abs((track?.lines[0]?.values[0] ?? 0) - Math.log10(0.5)) < 1e-6);
  // Zero is below every power of ten: at the bottom.
  assert.equal(track?.lines[0]?.values[1], -10);
  assert.ok(Number.isNaN(track?.lines[0]?.values[2]));
  assert.equal(track?.brief?.(0), "0.5");
  assert.match(track?.text(0) ?? "", /^0\.5.*, axis 1e-10 to 1e-2$/);
  assert.equal(track?.brief?.(2), "NaN");
  const side = sideOf({ layer, signals: [["gradient:state", matrix]] });
  const [masked] = tracksOf({ ...side, trace: { ...side.trace, mask: Uint8Array.of(1, 1, 0) } });
  assert.deepEqual([masked?.brief?.(2), masked?.text(2)], ["padding", "padding, axis 1e-10 to 1e-2"]);
  assert.deepEqual(tracksOf(sideOf({ layer })), []);
  const lettered = layerOf("lstm", { signals: [{ ...gradient, letter: "c" }] });
  assert.deepEqual(namesOf({ layer: lettered, signals: [["gradient:state", matrix]] }), ["log ‖∂L/∂c‖"]);
});

test("an extent is over all lines, and of finite numbers only", () => {
  const line = (...values: number[]) => ({ values, tone: "soft" as const });
  assert.deepEqual(extentOf([line(1, Number.NaN), line(-2, Number.POSITIVE_INFINITY)]), [-2, 1]);
  assert.equal(extentOf([line(Number.NaN)]), null);
  assert.equal(extentOf([]), null);
});
