import assert from "node:assert/strict";
import { test } from "node:test";
import { brushBetween, brushTo } from "../../src/maths/brush.ts";
import { stretchContext } from "../../src/maths/ticks.ts";
import { revealStretch } from "../../src/maths/window.ts";
import { commandOf } from "../../src/state/keys.ts";
import { fromParams, toParams } from "../../src/state/params.ts";
import { NOTHING, type Selection } from "../../src/state/selection.ts";

const brush = { sample: 1, start: 4, end: 9 };

test("a drag brushes both of its ends, whichever way it goes", () => {
  assert.deepEqual(brushBetween(2, 3, 7), { sample: 2, start: 3, end: 8 });
  assert.deepEqual(brushBetween(2, 7, 3), { sample: 2, start: 3, end: 8 });
  assert.deepEqual(brushBetween(2, 5, 5), { sample: 2, start: 5, end: 6 });
});

test("one edge moves to the crosshair, and takes the other along where it passes it", () => {
  assert.deepEqual(brushTo(brush, 1, 6, "start"), { ...brush, start: 6 });
  assert.deepEqual(brushTo(brush, 1, 2, "start"), { ...brush, start: 2 });
  assert.deepEqual(brushTo(brush, 1, 11, "start"), { sample: 1, start: 11, end: 12 });
  assert.deepEqual(brushTo(brush, 1, 6, "end"), { ...brush, end: 7 });
  assert.deepEqual(brushTo(brush, 1, 11, "end"), { ...brush, end: 12 });
  assert.deepEqual(brushTo(brush, 1, 2, "end"), { sample: 1, start: 2, end: 3 });
});

test("without a brush in this sample the keyboard begins a new one", () => {
  for (const edge of ["start", "end"] as const) {
    assert.deepEqual(brushTo(null, 0, 5, edge), { sample: 0, start: 5, end: 6 });
    assert.deepEqual(brushTo(brush, 0, 5, edge), { sample: 0, start: 5, end: 6 });
  }
  const key = { altKey: false, ctrlKey: false, metaKey: false, shiftKey: true };
  assert.deepEqual(commandOf({ ...key, key: "(" }), { do: "brush", edge: "start" });
  assert.deepEqual(commandOf({ ...key, key: ")" }), { do: "brush", edge: "end" });
});

test("a brush keeps its sample in the URL while another is shown", () => {
  const selection: Selection = { ...NOTHING, run: "a/rnn", sample: 0, brush };
  assert.equal(toParams(selection).brush_sample, "1");
  assert.deepEqual(fromParams(toParams(selection)).brush, brush);
  assert.equal(toParams({ ...selection, sample: 1 }).brush_sample, undefined);
  assert.deepEqual(fromParams(toParams({ ...selection, sample: 1 })).brush, brush);
  assert.equal(fromParams({ start: "9", end: "9" }).brush, null);
});

test("what stands around a stretch is joined as its tokens are", () => {
  assert.deepEqual(stretchContext([..."abcdefg"], { start: 3, end: 5 }, 2), ["bc", "de", "fg"]);
  assert.deepEqual(stretchContext(["the", "quick", "fox"], { start: 1, end: 2 }, 2), [
    "the ",
    "quick",
    " fox",
  ]);
  assert.deepEqual(stretchContext([..."abc"], { start: 0, end: 3 }, 2), ["", "abc", ""]);
});

test("a window pans until a stretch is in it, its start in any case", () => {
  const window = { from: 0, to: 20 };
  assert.equal(revealStretch(window, { start: 4, end: 9 }, 100), window);
  assert.deepEqual(revealStretch(window, { start: 40, end: 45 }, 100), { from: 27, to: 47 });
  assert.deepEqual(revealStretch(window, { start: 40, end: 80 }, 100), { from: 38, to: 58 });
});
