import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { ApiError } from "../../src/api/client.ts";
import type { RunInfo } from "../../src/api/types.ts";
import { Store } from "../../src/state/store.ts";
import { FakeClient, layerOf, runOf, serverOf, settle } from "./fakes.ts";

type Answers = FakeClient["answers"];

/** A server whose runs and answers the test can change: `held` routes wait for the test, `broken` ones fail. */
function make(t: TestContext, runs: RunInfo[] = [runOf("a"), runOf("b")]) {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const server = { runs, held: new Set<string>(), broken: new Map<string, Error>() };
  const answers: Answers = (route, key) => {
    const names = [route, `${route} ${key?.step ?? key?.run}`];
    const error = names.map((name) => server.broken.get(name)).find((one) => one !== undefined);
    if (error !== undefined) return error;
    return names.some((name) => server.held.has(name)) ? undefined : serverOf(server.runs)(route, key);
  };
  const fake = new FakeClient(answers);
  let changes = 0;
  const store = new Store(fake.client, () => changes++);
  const shown = () => {
    const { view } = store;
    return view && [view.a.trace.key.run, view.a.trace.key.step, view.b?.trace.key.step ?? null];
  };
  /** What has been asked for since this was called last, route by route. */
  let counted = 0;
  const asked = () => {
    const fresh = fake.requests.slice(counted);
    counted = fake.requests.length;
    return fresh.map(({ route, key }) =>
      [route, key?.step ?? key?.run].filter((one) => one != null).join(" "),
    );
  };
  const started = async (params = {}) => {
    store.start({ run: "a", ...params });
    await settle();
    asked();
  };
  return { store, fake, server, shown, asked, started, changes: () => changes };
}

const grown = (run: RunInfo): RunInfo => ({ ...run, steps: [...run.steps, run.steps.length] });

test("the tab opens at the last step of the first run", async (t) => {
  const { store, asked, shown } = make(t);
  assert.deepEqual([store.runs, store.loading], [null, true]);
  store.start({});
  await settle();
  assert.deepEqual(asked(), ["runs", "run a", "trace 3", "sample a", "series 3", "scales a"]);
  assert.deepEqual([shown(), store.loading, store.selection.layer], [["a", 3, null], false, "lstm"]);
});

test("what changes no picture fetches nothing and keeps the view", async (t) => {
  const { store, asked, started, changes } = make(t);
  await started();
  const { view } = store;
  const before = changes();
  for (const patch of [
    { pin: { timestep: 1, unit: 2 } },
    { window: { from: 0, to: 2 } },
    { pinned: [3] },
    { only: true },
    { contrast: 5 },
    { brush: { sample: 0, start: 0, end: 2 } },
    { follow: true },
    { other: { run: "b", layer: null, step: null } },
  ]) {
    await store.update(patch);
    assert.deepEqual([asked(), store.view], [[], view], JSON.stringify(patch));
  }
  assert.equal(changes(), before + 8);
  assert.deepEqual([store.selection.pin, store.selection.pinned], [{ timestep: 1, unit: 2 }, [3]]);
});

test("another step fetches its trace and nothing else, and the steps ahead once it is shown", async (t) => {
  const { store, server, fake, asked, started, shown } = make(t, [
    runOf("a", { steps: [0, 1, 2, 3, 4, 5, 6] }),
  ]);
  await started({ step: "1" });
  server.held.add("trace 2");
  const arrival = store.update({ step: 2 });
  assert.deepEqual([asked(), shown(), store.selection.step], [["trace 2"], ["a", 1, null], 2]);
  await fake.last("trace").answer(serverOf([])("trace", fake.last("trace").key));
  await arrival;
  assert.deepEqual(
    [asked(), shown()],
    [
      ["trace 3", "trace 4", "trace 5"],
      ["a", 2, null],
    ],
  );
  await settle();
  await store.update({ step: 3 });
  assert.deepEqual([asked(), shown()], [["trace 6"], ["a", 3, null]]);
  await store.update({ step: 0 });
  await store.update({ step: 6 });
  await store.update({ step: 5 });
  assert.deepEqual(asked(), ["trace 0"]);
});

test("an answer that comes after the selection moved on is not shown, and its fetch is aborted", async (t) => {
  const { store, server, fake, started, shown } = make(t);
  await started();
  fake.ignoresAbort = true;
  server.held.add("trace 0");
  const first = store.update({ step: 0 });
  const late = fake.last("trace");
  await store.update({ step: 1 });
  assert.deepEqual([shown(), late.signal.aborted], [["a", 1, null], true]);
  await late.answer(serverOf([])("trace", late.key));
  await first;
  assert.deepEqual([shown(), store.loading], [["a", 1, null], false]);
});

test("another run takes the last one off the screen at once", async (t) => {
  const { store, server, fake, asked, started, shown } = make(t);
  await started({ find: "b" });
  assert.equal(store.finder.matches?.length, 2);
  server.held.add("run b");
  void store.update({ run: "b" });
  assert.deepEqual([shown(), store.loading, store.run, store.finder.matches], [null, true, null, []]);
  assert.deepEqual(asked(), ["run b"]);
  await fake.last("run").answer(runOf("b", { steps: [7] }));
  assert.deepEqual(
    [asked().slice(0, 3), shown()],
    [
      ["sample b", "sample b", "trace 7"],
      ["b", 7, null],
    ],
  );
});

test("a trace of the run that was left is not shown under the new one", async (t) => {
  const { store, server, fake, started, shown } = make(t);
  await started();
  fake.ignoresAbort = true;
  server.held.add("trace 0");
  void store.update({ step: 0 });
  const late = fake.last("trace");
  server.held.add("run b");
  void store.update({ run: "b" });
  await late.answer(serverOf([])("trace", late.key));
  assert.deepEqual([shown(), store.loading], [null, true]);
});

test("back at a run that has not changed, only the run is asked for", async (t) => {
  const { store, server, asked, started, shown } = make(t);
  await started();
  await store.update({ run: "b" });
  await settle();
  asked();
  await store.update({ run: "a" });
  await settle();
  assert.deepEqual([asked(), shown()], [["run a"], ["a", 3, null]]);
  await store.update({ run: "b" });
  await settle();
  asked();
  server.runs = server.runs.map((run) => (run.run === "a" ? grown(run) : run));
  await store.update({ run: "a" });
  await settle();
  assert.deepEqual(asked(), ["run a", "trace 3", "sample a", "series 3", "scales a"]);
});

test("B of the same run needs its trace, and the difference nothing more", async (t) => {
  const { store, asked, started, shown } = make(t);
  await started();
  await store.update({ compare: "side", other: { run: null, layer: null, step: 0 } });
  assert.deepEqual([asked(), shown(), store.view?.compare], [["trace 0"], ["a", 3, 0], "side"]);
  await store.update({ compare: "difference" });
  assert.deepEqual([asked(), store.view?.compare], [[], "difference"]);
  await store.update({ compare: "off" });
  assert.deepEqual([asked(), shown()], [[], ["a", 3, null]]);
});

test("B's run, unknown at first, is asked for, and both are shown once it has answered", async (t) => {
  const { store, server, fake, asked, started, shown } = make(t);
  await started();
  server.held.add("run b");
  void store.update({ compare: "side", other: { run: "b", layer: null, step: null } });
  // No sentence says that it is missing while it is on its way.
  assert.deepEqual([asked(), shown(), store.view?.fault], [["run b"], ["a", 3, null], null]);
  await store.update({ pin: { timestep: 1, unit: 1 } });
  assert.deepEqual([asked(), store.selection.pin], [[], { timestep: 1, unit: 1 }]);
  await fake.last("run").answer(runOf("b", { steps: [0, 2] }));
  assert.deepEqual([shown(), store.otherRun?.run], [["a", 3, 2], "b"]);
  assert.deepEqual(asked(), ["trace 2", "sample b", "series 2", "scales b"]);
});

test("without B's run there is still A, and the reason", async (t) => {
  const { store, asked, started, shown } = make(t);
  await started({ compare: "side", other_run: "gone" });
  assert.deepEqual(shown(), ["a", 3, null]);
  assert.match(store.view?.fault ?? "", /The run “gone” is not here/);
  await store.update({ step: 0 });
  assert.deepEqual([asked(), shown()], [["trace 0"], ["a", 0, null]]);
  store.reload();
  await settle();
  assert.deepEqual(asked(), ["runs", "run a", "run gone"]);
});

test("A and B that change places are known already", async (t) => {
  const { store, asked, started, shown } = make(t);
  await started({ compare: "side", other_run: "b", other_step: "1" });
  await store.update({ run: "b", step: 1, other: { run: "a", layer: "lstm", step: 3 } });
  assert.deepEqual([asked(), shown()], [[], ["b", 1, 3]]);
});

test("a log that has not grown changes nothing", async (t) => {
  const { store, asked, started } = make(t);
  await started();
  const { view, run } = store;
  store.reload();
  await settle();
  assert.deepEqual(asked(), ["runs", "run a"]);
  assert.equal(store.view, view);
  assert.equal(store.run, run);
});

test("a run that has grown is fetched again, and the user is not moved unless the newest step is followed", async (t) => {
  const { store, server, asked, started, shown } = make(t);
  await started();
  server.runs = server.runs.map(grown);
  store.reload();
  await settle();
  assert.deepEqual(
    [asked(), shown()],
    [
      ["runs", "run a", "trace 3", "sample a", "series 3", "scales a"],
      ["a", 3, null],
    ],
  );
  assert.equal(store.run?.steps.length, 5);
  await store.update({ follow: true });
  assert.deepEqual([asked(), shown()], [["trace 4"], ["a", 4, null]]);
  server.runs = server.runs.map(grown);
  store.reload();
  await settle();
  assert.deepEqual(shown(), ["a", 5, null]);
});

test("two runs that have both grown are shown once", async (t) => {
  const { store, server, fake, asked, started } = make(t);
  await started({ compare: "side", other_run: "b", other_step: "1" });
  server.held.add("run b");
  server.runs = server.runs.map(grown);
  store.reload();
  await settle();
  assert.deepEqual(asked(), ["runs", "run a", "run b"]);
  await fake.last("run").answer(grown(runOf("b")));
  assert.deepEqual(asked(), [
    "trace 3",
    "sample a",
    "series 3",
    "scales a",
    "trace 1",
    "sample b",
    "series 1",
    "scales b",
  ]);
  assert.equal(store.view?.b?.run.steps.length, 5);
});

test("a picture on its way is fetched again if its run's data is forgotten meanwhile", async (t) => {
  const gru = [layerOf("gru"), layerOf("gru_2")];
  const { store, server, fake, started, shown } = make(t, [runOf("a"), runOf("b", { layers: gru })]);
  await started({ compare: "side", other_run: "b" });
  server.held.add("trace 2");
  void store.update({ step: 2 });
  server.held.delete("trace 2");
  // Only B's run has grown, which has no place in the picture.
  server.runs = server.runs.map((run) => (run.run === "b" ? grown(run) : run));
  store.reload();
  await settle();
  assert.deepEqual([shown(), store.loading], [["a", 2, null], false]);
  assert.equal(fake.of("trace").filter((step) => step === 2).length, 2);
});

test("a run that vanishes says so, is looked for, and comes back", async (t) => {
  const { store, server, asked, started, shown } = make(t);
  await started();
  const { runs } = server;
  server.runs = [runOf("b")];
  server.broken.set("trace 2", new ApiError(404, "There is no run named a."));
  await store.update({ step: 2 });
  await settle();
  assert.deepEqual(asked(), ["trace 2", "runs"]);
  assert.deepEqual(
    [shown(), store.runFault, store.loading],
    [null, "The run “a” is not here (any more).", false],
  );
  t.mock.timers.tick(3000);
  await settle();
  assert.deepEqual(asked(), ["runs"]);
  server.runs = runs;
  server.broken.clear();
  t.mock.timers.tick(3000);
  await settle();
  assert.deepEqual([shown(), store.runFault], [["a", 2, null], null]);
  t.mock.timers.tick(10_000);
  await settle();
  assert.deepEqual(asked().filter((one) => one === "runs").length, 1);
});

test("another run may be chosen instead of one that is gone", async (t) => {
  const { store, asked, shown } = make(t, [runOf("b")]);
  store.start({ run: "a" });
  await settle();
  assert.match(store.runFault ?? "", /not here/);
  asked();
  void store.update({ run: "b" });
  assert.equal(store.runFault, null);
  await settle();
  assert.deepEqual(shown(), ["b", 3, null]);
  t.mock.timers.tick(10_000);
  await settle();
  assert.ok(!asked().includes("runs"));
});

test("a trace that is gone from a run that is there leaves the reason, and asks for the log once", async (t) => {
  const { store, server, asked, started, shown } = make(t);
  await started();
  server.broken.set("trace 2", new ApiError(404, "Step 2 is damaged."));
  await store.update({ step: 2 });
  await settle();
  assert.deepEqual(asked(), ["trace 2", "runs", "run a"]);
  assert.deepEqual([shown(), store.traceFault], [null, "Step 2 is damaged."]);
  await store.update({ pin: null });
  assert.deepEqual(asked(), []);
  await store.update({ step: 1 });
  assert.deepEqual([shown(), store.traceFault], [["a", 1, null], null]);
  await store.update({ step: 2 });
  await settle();
  assert.ok(!asked().includes("runs"));
});

test("a run that grows at every answer is not asked for endlessly", async (t) => {
  const { store, server, fake, asked, started } = make(t);
  await started({ step: "1" });
  server.broken.set("trace 0", new ApiError(404, "Gone."));
  const answers = fake.answers;
  fake.answers = (route, key) => {
    if (route === "run") server.runs = server.runs.map(grown);
    return answers(route, key);
  };
  await store.update({ step: 0 });
  await settle();
  assert.equal(asked().filter((one) => one === "runs").length, 1);
  assert.equal(store.traceFault, "Gone.");
});

test("a picture that failed is fetched again when the log is read again", async (t) => {
  const { store, server, asked, started, shown } = make(t);
  await started();
  server.broken.set("trace 2", new ApiError(500, "Trouble."));
  await store.update({ step: 2 });
  assert.equal(store.traceFault, "Trouble.");
  server.broken.clear();
  asked();
  store.reload();
  await settle();
  assert.deepEqual(
    [asked().slice(0, 3), shown()],
    [
      ["runs", "run a", "trace 2"],
      ["a", 2, null],
    ],
  );
});

test("a TensorBoard that does not answer says so, and is back at the next reading", async (t) => {
  const { store, server, started, shown } = make(t);
  await started();
  server.broken.set("runs", new ApiError(0, "TensorBoard does not answer."));
  store.reload();
  await settle();
  assert.deepEqual([shown(), store.runFault, store.loading], [null, "TensorBoard does not answer.", false]);
  server.broken.clear();
  store.reload();
  await settle();
  assert.deepEqual([shown(), store.runFault], [["a", 3, null], null]);
});

test("a run that cannot be read says so", async (t) => {
  const { store, server, asked, started, shown } = make(t);
  server.broken.set("run b", new ApiError(400, "The run is broken."));
  await started();
  await store.update({ run: "b" });
  await settle();
  assert.deepEqual([shown(), store.runFault, asked()], [null, "The run is broken.", ["run b"]]);
});

test("without any run the tab waits for the first", async (t) => {
  const { store, server, shown } = make(t, []);
  store.start({});
  await settle();
  assert.deepEqual([store.runs, store.runFault, store.loading], [[], null, false]);
  server.runs = [runOf("first", { steps: [] })];
  t.mock.timers.tick(3000);
  await settle();
  assert.deepEqual([store.selection.run, shown(), store.loading], ["first", null, false]);
  server.runs = [runOf("first", { steps: [0] })];
  store.reload();
  await settle();
  assert.deepEqual(shown(), ["first", 0, null]);
});

test("of two readings of the log the newer counts", async (t) => {
  const { store, server, fake, shown, started } = make(t);
  await started();
  fake.ignoresAbort = true;
  server.held.add("runs");
  store.reload();
  const older = fake.last("runs");
  store.reload();
  await fake.last("runs").answer([{ name: "a" }]);
  await older.answer([]);
  assert.deepEqual([shown(), store.runFault], [["a", 3, null], null]);
});

test("a run that is chosen while the log is read is the one that is shown", async (t) => {
  const { store, server, fake, shown, started } = make(t);
  await started();
  server.held.add("runs");
  store.reload();
  await store.update({ run: "b" });
  await fake.last("runs").answer([{ name: "a" }, { name: "b" }]);
  assert.deepEqual(shown(), ["b", 3, null]);
});

test("a hidden tab fetches nothing, and reads the log once it is visible", async (t) => {
  const { store, server, asked, started, shown } = make(t);
  await started();
  store.setVisible(false);
  server.runs = server.runs.map(grown);
  store.reload();
  store.reload();
  await settle();
  assert.deepEqual(asked(), []);
  store.setVisible(true);
  await settle();
  assert.deepEqual(
    [asked().slice(0, 2), shown()],
    [
      ["runs", "run a"],
      ["a", 3, null],
    ],
  );
});

/** Lets `count` steps of the player's time pass. */
async function pass(t: TestContext, store: Store, count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    await settle();
    t.mock.timers.tick(1000 / store.rate);
  }
  await settle();
}

test("playing shows every step to the end, each once it is there", async (t) => {
  const { store, server, fake, started, shown } = make(t);
  await started({ step: "0", follow: "1" });
  await store.update({ step: 0, follow: false });
  server.held.add("trace 2");
  store.play();
  assert.ok(store.playing);
  await pass(t, store, 5);
  assert.deepEqual([shown(), store.selection.step, store.selection.follow], [["a", 1, null], 2, false]);
  const held = fake.requests.find(({ route, key }) => route === "trace" && key.step === 2);
  await held?.answer(serverOf([])("trace", held.key));
  assert.deepEqual(shown(), ["a", 2, null]);
  await pass(t, store, 3);
  assert.deepEqual([shown(), store.playing], [["a", 3, null], false]);
});

test("playing fetches the next three steps ahead", async (t) => {
  const { store, asked, started } = make(t, [runOf("a", { steps: [0, 1, 2, 3, 4, 5] })]);
  await started({ step: "0" });
  store.play();
  await settle();
  assert.deepEqual(asked(), ["trace 1", "trace 2", "trace 3", "trace 4"]);
  store.pause();
});

test("playing from the last step begins with the first, and fetches on from there", async (t) => {
  const { store, started, shown, asked } = make(t, [runOf("a", { steps: [0, 1, 2, 3, 4, 5] })]);
  await started();
  store.play();
  await settle();
  assert.deepEqual(
    [shown(), asked()],
    [
      ["a", 0, null],
      ["trace 0", "trace 1", "trace 2", "trace 3"],
    ],
  );
  await pass(t, store, 1);
  assert.deepEqual(shown(), ["a", 1, null]);
  store.setVisible(false);
  await pass(t, store, 3);
  assert.deepEqual([shown(), store.playing], [["a", 1, null], false]);
});

test("playing ends at a step that cannot be shown", async (t) => {
  const { store, server, started } = make(t);
  await started({ step: "0" });
  server.broken.set("trace 1", new ApiError(500, "Trouble."));
  store.play();
  await pass(t, store, 3);
  assert.deepEqual([store.playing, store.traceFault, store.selection.step], [false, "Trouble.", 1]);
});

test("playing does not begin at a step that cannot be shown", async (t) => {
  const { store, server, started } = make(t);
  server.broken.set("trace 1", new ApiError(500, "Trouble."));
  await started({ step: "1" });
  store.play();
  await pass(t, store, 3);
  assert.deepEqual([store.playing, store.selection.step], [false, 1]);
});

test("a run of one step is not played", async (t) => {
  const { store, started } = make(t, [runOf("a", { steps: [0] })]);
  await started();
  store.play();
  assert.equal(store.playing, false);
});

test("the rate is kept, and told", async (t) => {
  const { store, started, changes } = make(t);
  await started();
  const before = changes();
  store.setRate(20);
  assert.deepEqual([store.rate, changes()], [20, before + 1]);
});

test("the overview needs statistics and no trace, and a step then its trace", async (t) => {
  const { store, asked, shown } = make(t);
  store.start({ run: "a", view: "overview", panel: "unit" });
  await settle();
  t.mock.timers.tick(1000);
  await settle();
  assert.deepEqual(asked(), ["runs", "run a", "summary a", "summary a"]);
  assert.deepEqual([shown(), store.loading, store.overviews.entries.length], [null, false, 1]);
  await store.update({ step: 1 });
  await store.update({ window: { from: 0, to: 1 } });
  assert.deepEqual([asked(), store.overviews.entries[0]?.step], [[], 1]);
  await store.update({ compare: "side", other: { run: "b", layer: null, step: null } });
  await settle();
  assert.deepEqual([asked(), store.overviews.entries.length], [["run b", "summary b", "summary b"], 2]);
  await store.update({ overview: false, compare: "off" });
  assert.deepEqual(
    [asked().slice(0, 3), shown()],
    [
      ["trace 1", "sample a", "series 1"],
      ["a", 1, null],
    ],
  );
  await store.update({ overview: true });
  // What was painted stays, for the way back.
  assert.deepEqual([asked(), shown()], [[], ["a", 1, null]]);
});

test("statistics that did not come are fetched again when the log is read again", async (t) => {
  const { store, server, asked } = make(t);
  server.broken.set("summary", new ApiError(0, "TensorBoard does not answer."));
  store.start({ run: "a", view: "overview" });
  await settle();
  await store.update({ step: 1 });
  asked();
  server.broken.clear();
  store.reload();
  await settle();
  assert.deepEqual(asked(), ["runs", "run a", "summary a", "summary a"]);
  assert.equal(store.overviews.entries[0]?.signals.size, 2);
});

test("a panel asks once its picture is there and the selection rests", async (t) => {
  const { store, server, fake, asked, started } = make(t);
  await started({ panel: "findings" });
  t.mock.timers.tick(1000);
  await settle();
  assert.deepEqual(asked(), ["findings 3", "saturation 3"]);
  server.held.add("trace 2");
  void store.update({ step: 2 });
  t.mock.timers.tick(1000);
  assert.deepEqual(asked(), ["trace 2"]);
  await fake.last("trace").answer(serverOf([])("trace", fake.last("trace").key));
  t.mock.timers.tick(1000);
  await settle();
  assert.deepEqual(asked().slice(-2), ["findings 2", "saturation 2"]);
  await store.update({ panel: "weights" });
  t.mock.timers.tick(1000);
  assert.deepEqual(asked(), ["weights 2", "weight_history a"]);
});

test("an order is fetched with its picture", async (t) => {
  const { store, server, asked, started } = make(t);
  await started();
  server.held.add("similarity");
  void store.update({ order: { by: "similarity", signal: "gate", step: 3, otherStep: null } });
  assert.deepEqual([asked(), store.loading], [["similarity 3"], true]);
  await store.update({ order: { by: "mean", signal: "gate", step: 1, otherStep: null } });
  assert.deepEqual([asked(), store.loading], [["trace 1"], false]);
});

test("text is searched in all samples of the run, and again once the run has grown", async (t) => {
  const { store, server, asked, started } = make(t);
  await started();
  await store.update({ find: "c" });
  await settle();
  assert.deepEqual([asked(), store.finder.matches?.length], [["sample a"], 2]);
  server.runs = server.runs.map(grown);
  store.reload();
  await settle();
  assert.equal(asked().filter((one) => one === "sample a").length, 2);
  assert.equal(store.finder.matches?.length, 2);
});

test("an edited address is shown, also a step that was captured since the log was read", async (t) => {
  const { store, server, asked, started, shown } = make(t);
  await started({ step: "1", pinned: "2" });
  server.runs = server.runs.map(grown);
  store.navigate({ run: "a", step: "4" });
  await settle();
  assert.deepEqual([shown(), store.selection.pinned], [["a", 4, null], []]);
  assert.deepEqual(asked(), ["run a", "trace 4", "sample a", "series 4", "scales a"]);
  store.navigate({ run: "b", step: "2" });
  assert.deepEqual([shown(), store.loading], [null, true]);
  await settle();
  assert.deepEqual(shown(), ["b", 2, null]);
  // Without a run, the one on the screen is meant.
  store.navigate({ step: "0" });
  await settle();
  assert.deepEqual(shown(), ["b", 0, null]);
});

test("a selection is fitted to what its run has", async (t) => {
  const { store, started, shown } = make(t, [
    runOf("a", { layers: [layerOf("lstm"), layerOf("small", { units: 2 })] }),
  ]);
  await started({ layer: "gone", step: "99", sample: "9", pinned: "1, 3" });
  assert.deepEqual([shown(), store.selection.layer, store.selection.sample], [["a", 3, null], "lstm", 0]);
  await store.update({ layer: "small" });
  assert.deepEqual([store.selection.pinned, store.view?.a.layer.key], [[1], "small"]);
});

const RESHAPED = runOf("a", {
  layers: [
    layerOf("plain"),
    layerOf("parts", { rows: [0, 0, 1, 1].map((sample, i) => ({ name: `part ${i}`, sample })) }),
    layerOf("unknown", { rows: [0, 1, 2].map((i) => ({ name: `row ${i}`, sample: null })) }),
    layerOf("like unknown", { rows: [0, 1, 2].map((i) => ({ name: `row ${i}`, sample: null })) }),
  ],
});

test("another layer shows the same sample where it has it", async (t) => {
  const { store, started } = make(t, [RESHAPED, runOf("b")]);
  await started({ layer: "plain", sample: "1" });
  const rows: (number | null)[] = [];
  for (const layer of ["parts", "plain", "unknown", "parts"]) {
    await store.update({ layer });
    rows.push(store.selection.sample);
  }
  assert.deepEqual(rows, [2, 1, 0, 0]);
  await store.update({ layer: "unknown", sample: 2 });
  assert.equal(store.selection.sample, 2);
  await store.update({ layer: "like unknown" });
  assert.equal(store.selection.sample, 2);
  await store.update({ layer: "parts", sample: 3 });
  await store.update({ run: "b", layer: null });
  await settle();
  assert.deepEqual([store.selection.run, store.selection.sample], ["b", 1]);
});

test("a brush stays with its sample, or is gone", async (t) => {
  const { store, started } = make(t, [RESHAPED]);
  await started({ layer: "parts", sample: "0" });
  await store.update({ brush: { sample: 3, start: 0, end: 1 } });
  await store.update({ layer: "plain" });
  assert.equal(store.selection.brush?.sample, 1);
  await store.update({ layer: "unknown" });
  assert.equal(store.selection.brush, null);
});

test("a row whose sample is not known is compared within its own layer alone", async (t) => {
  const { store, started } = make(t, [RESHAPED]);
  await started({ layer: "unknown", sample: "1", compare: "side" });
  assert.equal(store.view?.b?.trace.key.sample, 1);
  await store.update({ other: { ...store.selection.other, layer: "like unknown" } });
  assert.equal(store.view?.b, null);
});

test("an address names any row, and one that is not there is said to be missing", async (t) => {
  const { store, started } = make(t, [RESHAPED]);
  await started({ layer: "parts", sample: "3" });
  assert.deepEqual([store.selection.sample, store.rowFault], [3, null]);
  store.navigate({ run: "a", layer: "parts", sample: "7" });
  await settle();
  assert.equal(store.selection.sample, 0);
  assert.equal(store.rowFault, "Layer “parts” has no row 7, only 0 to 3: “part 0” is shown.");
  await store.update({ sample: 1 });
  assert.equal(store.rowFault, null);
  store.navigate({ run: "a", layer: "plain", sample: "2" });
  await settle();
  assert.equal(store.rowFault, "Layer “plain” has no sample 2, only 0 to 1: “x” is shown.");
});
