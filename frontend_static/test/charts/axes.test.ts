import assert from "node:assert/strict";
import { test } from "node:test";
import {
  cellAxis,
  decades,
  labelsOf,
  linearAxis,
  logAxis,
  movedApart,
  stepAxis,
  windowAxis,
} from "../../src/charts/axes.ts";

const near = (a: number, b: number) => assert.ok(Math.abs(a - b) < 1e-9, `${a} is not ${b}`);
const texts = (axis: Parameters<typeof labelsOf>[0]) => [...labelsOf(axis).values()].map(({ text }) => text);

test("steps stand at their true distances and the nearest is found", () => {
  const steps = [0, 1, 2, 10];
  const { x, at, ends } = stepAxis(steps, 400, "epoch");
  assert.ok(x(10) - x(2) > 7 * (x(1) - x(0)));
  for (const step of steps) assert.equal(at(x(step) + 3), step);
  assert.equal(at(9999), 10);
  assert.equal(stepAxis([], 400).at(5), null);
  assert.equal(stepAxis([7], 400).x(7), 200);
  assert.deepEqual(ends, ["epoch 0", "10"]);
});

test("a cell is pointed at anywhere and drawn in its middle", () => {
  const { x, at } = cellAxis(4, 200);
  assert.deepEqual([0, 3].map(x), [25, 175]);
  assert.deepEqual([0, 49.9, 50, 199.9].map(at), [0, 0, 1, 3]);
  assert.deepEqual([-1, 200].map(at), [null, null]);
});

test("a window of time fills the width", () => {
  const { x } = windowAxis({ from: 10, to: 30 }, 100);
  assert.deepEqual([10, 20, 30].map(x), [0, 50, 100]);
});

test("a logarithmic axis gives each power of ten the same room and keeps what is beyond at its end", () => {
  const { scale } = logAxis([1, 100], [100, 0]);
  near(scale(10), 50);
  near(scale(1), 100);
  near(scale(1e9), 0);
  near(scale(0), 100);
  near(logAxis([1, 1], [100, 0]).scale(1), 50);
  assert.deepEqual(decades([1, 100]), [10]);
  assert.deepEqual(decades([0.5, 300]), [1, 10, 100]);
  assert.deepEqual(decades([2, 3]), []);
});

test("the ends are always labelled, other ticks where there is room", () => {
  assert.deepEqual(texts(linearAxis([0, 4], [80, 8])), ["4", "0"]);
  assert.deepEqual(texts(linearAxis([0, 4], [80, 8], [1])), ["4", "1", "0"]);
  assert.deepEqual(texts(logAxis([1, 1000], [90, 0])), ["1000", "1", "10", "100"]);
  assert.deepEqual(texts(logAxis([1, 1000], [24, 0])), ["1000", "1"]);
  // One value is one label, at its place.
  assert.deepEqual([...labelsOf(linearAxis([1, 1], [80, 8]))], [[1, { text: "1", y: 44 }]]);
});

test("labels that would touch are moved apart by the same amount either way", () => {
  assert.deepEqual(movedApart([0, 50]), [0, 50]);
  assert.deepEqual(movedApart([10, 14]), [6, 18]);
  const three = movedApart([10, 11, 12]);
  for (let i = 1; i < three.length; i++)
    assert.ok((three[i] as number) - (three[i - 1] as number) > 11, `${three}`);
  const { y } = labelsOf(linearAxis([0, 1.02], [80, 8], [1])).get(1.02) ?? { y: 0 };
  assert.ok(y < 8);
});
