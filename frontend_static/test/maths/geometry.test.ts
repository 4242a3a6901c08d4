import assert from "node:assert/strict";
import { test } from "node:test";
import { moveCell, rowAt, timeOfX, timestepAt, xOfTime } from "../../src/maths/hit.ts";
import {
  LANE_GAP,
  laneLayout,
  MAX_CELL_WIDTH,
  MIN_LANE,
  minSpan,
  plotWidth,
} from "../../src/maths/layout.ts";
import { clampWindow, fullWindow, isFull, pan, reveal, zoomAround } from "../../src/maths/window.ts";

const near = (a: number, b: number) => assert.ok(Math.abs(a - b) < 1e-9, `${a} is not ${b}`);

test("zooming keeps the timestep under the pointer where it is", () => {
  const before = fullWindow(140);
  const after = zoomAround(before, 57.5, 0.5, 140, 5);
  near(after.to - after.from, 70);
  near(xOfTime(57.5, after, 1000), xOfTime(57.5, before, 1000));
});

test("zooming stops at the shortest span and at the whole", () => {
  const closest = zoomAround({ from: 50, to: 60 }, 55, 0.01, 140, 5);
  near(closest.to - closest.from, 5);
  assert.deepEqual(zoomAround({ from: 50, to: 60 }, 55, 1000, 140, 5), { from: 0, to: 140 });
  assert.deepEqual(zoomAround(fullWindow(3), 1, 0.1, 3, 15), { from: 0, to: 3 });
});

test("panning never leaves the sequence nor changes the zoom", () => {
  assert.deepEqual(pan({ from: 10, to: 30 }, -50, 140), { from: 0, to: 20 });
  assert.deepEqual(pan({ from: 10, to: 30 }, 500, 140), { from: 120, to: 140 });
});

test("a window from an old link is made legal", () => {
  assert.deepEqual(clampWindow({ from: 130, to: 190 }, 140, 5), { from: 80, to: 140 });
  assert.deepEqual(clampWindow({ from: -9, to: 900 }, 140, 5), { from: 0, to: 140 });
  const thin = clampWindow({ from: 20, to: 20.1 }, 140, 5);
  near(thin.to - thin.from, 5);
  assert.ok(isFull(fullWindow(140), 140));
});

test("revealing moves only when it must", () => {
  const window = { from: 20, to: 40 };
  assert.equal(reveal(window, 30, 140), window);
  assert.deepEqual(reveal(window, 50, 140), { from: 33, to: 53 });
  assert.deepEqual(reveal(window, 0, 140), { from: 0, to: 20 });
});

test("pixels and cells agree", () => {
  const window = { from: 10, to: 20 };
  assert.equal(timestepAt(0, window, 500, 140), 10);
  assert.equal(timestepAt(499.9, window, 500, 140), 19);
  assert.equal(timestepAt(500, window, 500, 140), null);
  assert.equal(timestepAt(-1, window, 500, 140), null);
  near(timeOfX(xOfTime(13.3, window, 500), window, 500), 13.3);
  assert.equal(rowAt(0, 100, 96), 0);
  assert.equal(rowAt(99.99, 100, 96), 95);
  assert.equal(rowAt(100, 100, 96), null);
});

test("few timesteps do not fill a wide page", () => {
  assert.equal(plotWidth(1100, 5), 5 * MAX_CELL_WIDTH);
  assert.equal(plotWidth(1100, 140), 1100);
  near(1100 / minSpan(1100), MAX_CELL_WIDTH);
});

test("lanes share the height, keep their least, and one unit stays a strip", () => {
  const six = laneLayout(600, 6, 96);
  assert.equal(six.lane, 100 - LANE_GAP);
  assert.equal(six.heatmap, six.lane);
  assert.equal(laneLayout(200, 6, 96).lane, MIN_LANE);
  const strip = laneLayout(900, 1, 1);
  assert.equal(strip.lane, MIN_LANE);
  assert.ok(strip.heatmap < MIN_LANE);
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
