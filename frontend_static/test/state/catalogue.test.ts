import assert from "node:assert/strict";
import { test } from "node:test";
import { Catalogue } from "../../src/state/catalogue.ts";
import { FakeClient, runOf } from "./fakes.ts";

function make() {
  const fake = new FakeClient();
  const events: string[] = [];
  const catalogue = new Catalogue(fake.client, {
    answered: () => events.push("answered"),
    changed: () => events.push("changed"),
  });
  return { fake, catalogue, events, asked: () => fake.of("run", "run") };
}

test("the runs are unknown until the server has answered", async () => {
  const { fake, catalogue } = make();
  const listed = catalogue.refreshList();
  assert.equal(catalogue.runs, null);
  const runs = [{ name: "a", unit: "epoch", steps: 1, last_step: 0 }];
  await fake.last("runs").answer(runs);
  assert.deepEqual([await listed, catalogue.runs], [runs, runs]);
});

test("the list that was asked for last counts", async () => {
  const { fake, catalogue } = make();
  fake.ignoresAbort = true;
  const older = catalogue.refreshList();
  const newer = catalogue.refreshList();
  const [first, second] = fake.requests;
  await second?.answer(["new"]);
  void first?.answer(["old"]);
  await assert.rejects(older, { name: "AbortError" });
  assert.deepEqual([await newer, catalogue.runs], [["new"], ["new"]]);
});

test("a watched run is asked for once, and is known once it has answered", async () => {
  const { fake, catalogue, events, asked } = make();
  catalogue.watch(["a"]);
  catalogue.watch(["a"]);
  assert.deepEqual([asked(), catalogue.isIncomplete, catalogue.isAsking], [["a"], true, true]);
  assert.equal(catalogue.info("a"), null);
  const info = runOf("a");
  await fake.last("run").answer(info);
  assert.deepEqual([catalogue.isIncomplete, catalogue.isAsking, events], [false, false, ["answered"]]);
  assert.equal(catalogue.info("a"), info);
  assert.equal(catalogue.info("b"), null);
  assert.equal(catalogue.info(null), null);
});

test("a run that is the same when asked again is the same object, and one that has grown is another", async () => {
  const { fake, catalogue, events } = make();
  catalogue.watch(["a"]);
  await fake.last("run").answer(runOf("a"));
  const info = catalogue.info("a");
  catalogue.refresh();
  // It stays known meanwhile.
  assert.deepEqual([catalogue.info("a"), catalogue.isAsking, catalogue.isIncomplete], [info, true, false]);
  await fake.last("run").answer(runOf("a"));
  assert.equal(catalogue.info("a"), info);
  assert.deepEqual(events, ["answered", "answered"]);
  catalogue.refresh();
  await fake.last("run").answer(runOf("a", { steps: [0, 1, 2, 3, 4] }));
  assert.equal(catalogue.info("a")?.steps.length, 5);
  assert.deepEqual(events.slice(2), ["changed", "answered"]);
});

test("a run that is not watched may change: it is asked for again", async () => {
  const { fake, catalogue, events, asked } = make();
  catalogue.watch(["a"]);
  await fake.last("run").answer(runOf("a"));
  const info = catalogue.info("a");
  catalogue.watch(["b"]);
  await fake.last("run").answer(runOf("b"));
  assert.equal(catalogue.info("a"), null);
  catalogue.watch(["a", "b"]);
  assert.deepEqual(asked(), ["a", "b", "a"]);
  await fake.last("run").answer(runOf("a"));
  assert.equal(catalogue.info("a"), info);
  assert.ok(!events.includes("changed"));
  catalogue.watch(["b"]);
  catalogue.watch(["a"]);
  await fake.last("run").answer(runOf("a", { steps: [] }));
  assert.ok(events.includes("changed"));
});

test("a run that is no longer watched says nothing when it answers late", async () => {
  const { fake, catalogue, events } = make();
  fake.ignoresAbort = true;
  catalogue.watch(["a"]);
  const late = fake.last("run");
  catalogue.watch(["b"]);
  assert.ok(late.signal.aborted);
  await late.answer(runOf("a"));
  assert.deepEqual([events, catalogue.info("a")], [[], null]);
  catalogue.watch(["a"]);
  await fake.last("run").answer(runOf("a", { steps: [] }));
  assert.deepEqual(events, ["answered"]);
});

test("why a run is not known is kept until it answers", async () => {
  const { fake, catalogue, events, asked } = make();
  catalogue.watch(["a"]);
  await fake.last("run").fail(new Error("There is no run named a."));
  assert.equal(catalogue.fault("a"), "There is no run named a.");
  assert.deepEqual([events, catalogue.isIncomplete], [["answered"], false]);
  catalogue.watch(["a"]);
  assert.deepEqual(asked(), ["a"]);
  catalogue.refresh();
  await fake.last("run").answer(runOf("a"));
  assert.equal(catalogue.fault("a"), null);
  assert.equal(catalogue.fault(null), null);
});
