import assert from "node:assert/strict";
import { test } from "node:test";
import { ApiError } from "../../src/api/client.ts";
import { type FrameKey, Frames } from "../../src/state/frames.ts";
import { abortError, FakeClient, runOf, serverOf, settle, traceOf } from "./fakes.ts";

const A = { run: "a", layer: "lstm", sample: 0, step: 1 };
const B = { ...A, step: 0 };

function keyOf(a = A, b: typeof A | null = null, more: Partial<FrameKey["order"]> = {}): FrameKey {
  const order = { by: "index", signal: "", units: 4, saturation: null, a, b: null, ...more } as const;
  const scaleOf = ({ run, layer }: typeof A) => ({ run, layer, last: 3 });
  return { a, b, order, scales: [scaleOf(a), b && scaleOf(b)] };
}

function make(answers = serverOf([runOf("a")])) {
  const fake = new FakeClient(answers);
  return { fake, frames: new Frames(fake.client) };
}

/** The server's answers, but for one route at one step. */
const but = (route: string, step: number | null, answer: unknown): FakeClient["answers"] => {
  const server = serverOf([runOf("a")]);
  return (asked, key) =>
    asked === route && (step === null || key.step === step) ? answer : server(asked, key);
};

test("a frame comes whole, and is then here", async () => {
  const { fake, frames } = make();
  assert.equal(frames.cached(keyOf(A, B)), undefined);
  const frame = await frames.load(keyOf(A, B));
  assert.deepEqual([frame.a.trace.key, frame.b?.trace.key], [A, B]);
  assert.deepEqual(
    [frame.a.sample?.tokens, [...frame.order]],
    [
      ["a", "b", "c"],
      [0, 1, 2, 3],
    ],
  );
  assert.deepEqual([frame.fault, frame.orderFault], [null, null]);
  assert.deepEqual(frames.cached(keyOf(A, B)), frame);
  const asked = fake.requests.length;
  await frames.load(keyOf(A, B));
  assert.equal(fake.requests.length, asked);
});

test("a row has the tokens and series of its sample, and none if that is not known", async () => {
  const { fake, frames } = make();
  const known = await frames.load({ ...keyOf({ ...A, sample: 6 }), samples: [1, null] });
  assert.deepEqual([known.a.trace.key.sample, known.a.sample?.tokens], [6, ["a", "b", "c"]]);
  assert.deepEqual([fake.last("sample").key, fake.last("series").key.sample], [{ run: "a", sample: 1 }, 1]);
  const asked = fake.requests.length;
  const unknown = { ...keyOf({ ...A, sample: 7 }), samples: [null, null] as const };
  const frame = await frames.load(unknown);
  assert.deepEqual([frame.a.sample, frame.a.series], [null, null]);
  assert.deepEqual(
    fake.requests.slice(asked).map(({ route }) => route),
    ["trace"],
  );
  assert.deepEqual(frames.cached(unknown), frame);
});

test("a frame is not here as long as any part is missing", async () => {
  const { fake, frames } = make(but("series", null, undefined));
  const load = frames.load(keyOf());
  await settle();
  assert.equal(frames.cached(keyOf()), undefined);
  await fake.last("series").answer({ predictions: new Map(), classes: new Map() });
  await load;
  assert.notEqual(frames.cached(keyOf()), undefined);
});

test("without A there is no frame, without B there is A and the reason", async () => {
  const damaged = new ApiError(404, "Step 0 is damaged.");
  const { frames } = make(but("trace", 0, damaged));
  const frame = await frames.load(keyOf(A, B));
  assert.deepEqual([frame.a.trace.key, frame.b, frame.fault], [A, null, "Step 0 is damaged."]);
  await assert.rejects(frames.load(keyOf(B, A)), /Step 0 is damaged/);
});

test("B that is given up is no fault: its frame is given up, too", async () => {
  const { frames } = make(but("trace", 0, abortError()));
  await assert.rejects(frames.load(keyOf(A, B)), { name: "AbortError" });
});

test("an order that cannot be made leaves the units by index, and the reason", async () => {
  const { frames } = make(but("similarity", null, new ApiError(404, "No order.")));
  const frame = await frames.load(keyOf(A, null, { by: "similarity", signal: "gate" }));
  assert.deepEqual([[...frame.order], frame.orderFault], [[0, 1, 2, 3], "No order."]);
});

test("a sample or a series that the server refuses is none, one that it cannot give now is a fault", async () => {
  for (const route of ["sample", "series"]) {
    const refused = make(but(route, null, new ApiError(404, "None.")));
    const { a } = await refused.frames.load(keyOf());
    assert.equal(route === "sample" ? a.sample : a.series, null);
    for (const error of [new ApiError(500, "Trouble."), new ApiError(0, "Away.")]) {
      await assert.rejects(make(but(route, null, error)).frames.load(keyOf()), error);
    }
  }
});

test("the scales of a layer are fetched once for all steps, and again once its run has grown", async () => {
  const typical = new Map([["state", [-2, 2]]]);
  const { fake, frames } = make(but("scales", null, typical));
  const frame = await frames.load(keyOf(A, B));
  assert.deepEqual([frame.a.scales, frame.b?.scales], [typical, typical]);
  assert.deepEqual(fake.of("scales", "last"), [3]);
  const grown = { ...keyOf(A), scales: [{ run: "a", layer: "lstm", last: 4 }, null] } as const;
  assert.equal(frames.cached(grown), undefined);
  await frames.load(grown);
  assert.deepEqual(
    [fake.of("scales", "last"), fake.of("trace")],
    [
      [3, 4],
      [1, 0],
    ],
  );
});

test("without scales the picture is there all the same", async () => {
  const { frames } = make(but("scales", null, new ApiError(404, "No step can be read.")));
  assert.equal((await frames.load(keyOf())).a.scales.size, 0);
});

test("the series of a run without predictions are fetched once for all steps", async () => {
  const { fake, frames } = make();
  await frames.load(keyOf(A));
  await frames.load(keyOf(B));
  assert.deepEqual(fake.of("series"), [1]);
  const predictions = {
    inputs: new Map(),
    targets: new Map(),
    predictions: new Map([["y", traceOf(A)]]),
    classes: new Map(),
  };
  const other = make(but("series", null, predictions));
  await other.frames.load(keyOf(A));
  await other.frames.load(keyOf(B));
  assert.deepEqual(other.fake.of("series"), [1, 0]);
});

test("what is not wanted any more is aborted; what an order is made from is wanted", async () => {
  const { fake, frames } = make(() => undefined);
  const [first, second] = [keyOf(A), keyOf(B, null, { by: "mean", signal: "gate", a: { ...A, step: 3 } })];
  const loads = [frames.load(first), frames.load(second)];
  const aborted = Promise.allSettled(loads);
  frames.abortAllBut([second]);
  const signals = fake.requests.filter(({ route }) => route === "trace");
  assert.deepEqual(
    signals.map(({ key, signal }) => [key.step, signal.aborted]),
    [
      [1, true],
      [0, false],
      [3, false],
    ],
  );
  frames.abortAllBut([]);
  assert.deepEqual(
    (await aborted).map((one) => one.status === "rejected" && one.reason.name),
    ["AbortError", "AbortError"],
  );
});

test("an order that the server computes is aborted with its frame", async () => {
  const { fake, frames } = make(() => undefined);
  const load = frames.load(keyOf(A, null, { by: "similarity", signal: "gate" }));
  frames.abortAllBut([]);
  assert.ok(fake.last("similarity").signal.aborted);
  await assert.rejects(load, { name: "AbortError" });
});

test("what is prefetched is here when it is wanted, and what fails then says so later", async () => {
  const { fake, frames } = make(but("trace", 0, new ApiError(404, "Gone.")));
  frames.prefetch(keyOf(A));
  frames.prefetch(keyOf(B));
  await settle();
  assert.deepEqual(fake.of("trace"), [1, 0]);
  await frames.load(keyOf(A));
  assert.deepEqual(fake.of("trace"), [1, 0]);
  await assert.rejects(frames.load(keyOf(B)), /Gone/);
});

test("tokens are those of the sample, and none where the probe has none", async () => {
  assert.deepEqual(await make().frames.tokens("a", 0), ["a", "b", "c"]);
  const without = make(but("sample", null, { name: "x", tokens: null, annotations: {} }));
  assert.deepEqual(await without.frames.tokens("a", 0), []);
});

test("nothing is here once everything is forgotten", async () => {
  const { fake, frames } = make();
  await frames.load(keyOf(A));
  frames.clear();
  assert.equal(frames.cached(keyOf(A)), undefined);
  await frames.load(keyOf(B));
  assert.deepEqual(fake.of("series"), [1, 0]);
});
