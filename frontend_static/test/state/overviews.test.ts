import assert from "node:assert/strict";
import { test } from "node:test";
import { ApiError } from "../../src/api/client.ts";
import type { RunInfo } from "../../src/api/types.ts";
import { Overviews } from "../../src/state/overviews.ts";
import type { Place } from "../../src/state/picture.ts";
import { FakeClient, layerOf, runOf, signalOf, summaryOf } from "./fakes.ts";

const RUN = runOf("a");

function placeOf(run: RunInfo = RUN, step = 2): Place {
  const layer = run.layers[0];
  if (layer === undefined) throw new Error("The run has no layer.");
  return { key: { run: run.run, layer: layer.key, sample: 0, step }, run, layer };
}

function make(answers: FakeClient["answers"] = () => undefined) {
  const fake = new FakeClient(answers);
  let changes = 0;
  const overviews = new Overviews(fake.client, () => changes++);
  const known = () =>
    overviews.entries.map(({ signals }) => [...signals].map(([name, { steps }]) => [name, steps.length]));
  return { fake, overviews, known, asked: () => fake.of("summary", "signal"), changes: () => changes };
}

test("each signal's statistics are fetched once, and appear as they come", async () => {
  const { fake, overviews, known, asked, changes } = make();
  overviews.want([placeOf()]);
  overviews.want([placeOf()]);
  assert.deepEqual(asked(), ["gate", "state"]);
  assert.deepEqual([overviews.entries[0]?.label, known()], ["a · epoch 2", [[]]]);
  assert.equal(overviews.layer?.key, "lstm");
  await fake.requests[1]?.answer(summaryOf([0, 1]));
  assert.deepEqual([known(), changes()], [[[["state", 2]]], 1]);
});

test("another step needs no other statistics", async () => {
  const { fake, overviews, asked } = make(() => summaryOf());
  overviews.want([placeOf()]);
  await fake.last("summary").answer(null);
  overviews.want([placeOf(RUN, 3)]);
  assert.equal(overviews.entries[0]?.step, 3);
  assert.equal(overviews.entries[0]?.signals.size, 2);
  assert.equal(asked().length, 2);
});

test("the same places are the same entries", () => {
  const { overviews } = make();
  overviews.want([placeOf()]);
  const before = overviews.entries;
  overviews.want([placeOf()]);
  assert.equal(overviews.entries, before);
  overviews.want([placeOf(runOf("a"))]);
  assert.notEqual(overviews.entries, before);
});

test("signals of either cell have a row, and what a cell lacks is known to be missing", () => {
  const { overviews, known } = make();
  const gru = runOf("b", { layers: [layerOf("gru", { signals: [signalOf("state"), signalOf("update")] })] });
  overviews.want([placeOf(), placeOf(gru)]);
  assert.deepEqual(
    overviews.layer?.signals.map(({ name }) => name),
    ["gate", "state", "update"],
  );
  assert.deepEqual(known(), [[["update", 0]], [["gate", 0]]]);
});

test("what the event file does not have is no failure", async () => {
  const { fake, overviews, known } = make();
  overviews.want([placeOf()]);
  await fake.requests[0]?.fail(new ApiError(404, "No such tag."));
  assert.deepEqual(known(), [[["gate", 0]]]);
});

test("what did not come stays awaited, and is fetched again when the log is read again", async () => {
  const { fake, overviews, known, asked, changes } = make();
  overviews.want([placeOf()]);
  await fake.requests[0]?.fail(new ApiError(0, "TensorBoard does not answer."));
  assert.deepEqual([known(), changes()], [[[]], 1]);
  overviews.want([placeOf(RUN, 3)]);
  assert.deepEqual(asked(), ["gate", "state"]);
  overviews.retry();
  assert.deepEqual(asked(), ["gate", "state"]);
  overviews.want([placeOf(RUN, 3)]);
  assert.deepEqual(asked(), ["gate", "state", "gate"]);
});

test("statistics of another run that come late are not shown, and their fetch is aborted", async () => {
  const { fake, overviews, known, changes } = make();
  fake.ignoresAbort = true;
  overviews.want([placeOf()]);
  const late = fake.requests[0];
  overviews.want([placeOf(runOf("b"))]);
  assert.ok(late?.signal.aborted);
  await late?.answer(summaryOf());
  assert.deepEqual([known(), changes()], [[[]], 0]);
  assert.equal(overviews.entries[0]?.run, "b");
});

test("nothing is shown and nothing is on its way once it is cleared", async () => {
  const { fake, overviews } = make();
  overviews.want([placeOf()]);
  overviews.clear();
  assert.deepEqual([overviews.entries, overviews.layer], [[], null]);
  assert.ok(fake.requests.every(({ signal }) => signal.aborted));
  overviews.want([placeOf()]);
  assert.equal(fake.requests.length, 4);
});
