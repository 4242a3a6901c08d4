import assert from "node:assert/strict";
import { test } from "node:test";
import { valueAt } from "../../src/api/trace.ts";
import { stepAxis } from "../../src/charts/axes.ts";
import { chosenMatrix, columnEdges, gatesOf, pictureOf, shade } from "../../src/panels/weights/matrices.ts";

const GATES = gatesOf(["input_gate/W", "input_gate/U", "forget_gate/W", "forget_gate/U", "forget_gate/b"]);

test("the first gate's U stands for a matrix that is not there", () => {
  assert.deepEqual([...GATES.keys()], ["input_gate", "forget_gate"]);
  assert.deepEqual(chosenMatrix("forget_gate/b", GATES), { gate: "forget_gate", kind: "b" });
  for (const wanted of [null, "input_gate/b", "other/U", "", "forget_gate"])
    assert.deepEqual(chosenMatrix(wanted, GATES), { gate: "input_gate", kind: "U" });
  assert.equal(chosenMatrix(null, gatesOf([])), null);
});

test("a row of the picture is a unit, a column what it reads, and a bias one row", () => {
  const matrix = pictureOf({ dtype: "F32", shape: [2, 3], data: Float32Array.of(0, 1, 2, 10, 11, 12) });
  assert.ok(matrix);
  assert.deepEqual([matrix.timesteps, matrix.units, valueAt(matrix, 1, 2)], [2, 3, 12]);
  const bias = pictureOf({ dtype: "F32", shape: [3], data: Float32Array.of(5, 6, 7) });
  assert.ok(bias);
  assert.deepEqual([bias.timesteps, bias.units, valueAt(bias, 2, 0)], [3, 1, 7]);
  const kernel = pictureOf({ dtype: "F32", shape: [3, 3, 2, 4], data: new Float32Array(72) });
  assert.deepEqual([kernel?.timesteps, kernel?.units], [18, 4]);
  assert.equal(pictureOf({ dtype: "U8", shape: [1], data: Uint8Array.of(1) }), null);
});

test("what is the same is painted once", () => {
  const tensor = { dtype: "F64", shape: [1, 1], data: Float64Array.of(1) } as const;
  assert.equal(pictureOf(tensor), pictureOf(tensor));
});

test("columns of steps meet halfway and fill the width", () => {
  const steps = [0, 1, 10];
  const edges = columnEdges(steps, steps, 216);
  const { x } = stepAxis(steps, 216);
  assert.deepEqual(edges, [0, (x(0) + x(1)) / 2, 118, 216]);
  assert.deepEqual(columnEdges([4], [4], 100), [0, 100]);
});

test("an empty bin is clear, the fullest is full", () => {
  assert.equal(shade(0, 50), 0);
  assert.equal(shade(50, 50), 1);
  assert.ok(shade(5, 50) > 0.4);
  assert.equal(shade(0, 0), 0);
});
