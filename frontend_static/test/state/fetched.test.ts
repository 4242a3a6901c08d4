import assert from "node:assert/strict";
import { test } from "node:test";
import { Fetched, idOf } from "../../src/state/fetched.ts";
import { FakeClient, settle } from "./fakes.ts";

interface Key {
  readonly name: string;
}

const [A, B, C] = ["a", "b", "c"].map((name) => ({ name })) as [Key, Key, Key];

/** Answers are texts, each as many bytes as it has letters. */
function make({ limit = 100, onChange = () => {} } = {}) {
  const fake = new FakeClient();
  const fetch = (key: Key, signal: AbortSignal) =>
    (fake.client as unknown as { trace: (key: Key, signal: AbortSignal) => Promise<string> }).trace(
      key,
      signal,
    );
  const fetched = new Fetched<Key, string>(fetch, (text) => text.length, limit, onChange);
  return { fake, fetched, asked: () => fake.of("trace", "name") };
}

test("keys are told apart by their values", () => {
  assert.equal(idOf({ run: "a", step: 1 }), idOf({ run: "a", step: 1 }));
  assert.notEqual(idOf({ run: "a", step: 1 }), idOf({ run: "a", step: 2 }));
});

test("one key is fetched once, however often it is loaded", async () => {
  const { fake, fetched, asked } = make();
  const [first, second] = [fetched.load(A), fetched.load(A)];
  assert.ok(fetched.isPending(A));
  assert.equal(fetched.cached(A), undefined);
  await fake.last("trace").answer("one");
  assert.deepEqual(
    [await first, await second, await fetched.load(A), fetched.cached(A)],
    Array(4).fill("one"),
  );
  assert.ok(!fetched.isPending(A));
  assert.deepEqual(asked(), ["a"]);
});

test("a fetch that failed is fetched again", async () => {
  const { fake, fetched, asked } = make();
  const load = fetched.load(A);
  void fake.last("trace").fail(new Error("No."));
  await assert.rejects(load, /No\./);
  void fetched.load(A);
  assert.deepEqual(asked(), ["a", "a"]);
});

test("an answer that was given up is dropped, even if it comes", async () => {
  const { fake, fetched } = make();
  fake.ignoresAbort = true;
  const load = fetched.load(A);
  const kept = fetched.load(B);
  const [first, second] = fake.requests;
  fetched.abortAllBut([B]);
  assert.deepEqual([first?.signal.aborted, second?.signal.aborted], [true, false]);
  void first?.answer("late");
  await assert.rejects(load, { name: "AbortError" });
  assert.equal(fetched.cached(A), undefined);
  await second?.answer("two");
  assert.equal(await kept, "two");
});

test("a newer fetch of the same key wins over an older one", async () => {
  const { fake, fetched } = make();
  fake.ignoresAbort = true;
  const older = fetched.refresh(A);
  const newer = fetched.refresh(A);
  const [first, second] = fake.requests;
  assert.ok(first?.signal.aborted);
  await second?.answer("new");
  void first?.answer("old");
  await assert.rejects(older, { name: "AbortError" });
  assert.equal(await newer, "new");
  assert.equal(fetched.cached(A), "new");
});

test("what is fetched again stays known until the new answer comes", async () => {
  const { fake, fetched } = make();
  void fetched.load(A);
  await fake.last("trace").answer("one");
  void fetched.refresh(A);
  assert.equal(fetched.cached(A), "one");
  await fake.last("trace").answer("two");
  assert.equal(fetched.cached(A), "two");
});

test("the oldest answers leave a full cache, but not those that are held", async () => {
  const { fake, fetched, asked } = make({ limit: 5 });
  const fill = async (key: Key) => {
    void fetched.load(key);
    await fake.last("trace").answer("four");
  };
  await fill(A);
  await fill(B);
  assert.deepEqual([fetched.cached(A), fetched.cached(B)], [undefined, "four"]);
  fetched.hold([B, C]);
  await fill(C);
  assert.deepEqual([fetched.cached(B), fetched.cached(C)], ["four", "four"]);
  fetched.hold([]);
  assert.deepEqual([fetched.cached(B), fetched.cached(C)], [undefined, "four"]);
  // Held before they come, too.
  fetched.hold([A, B]);
  await fill(A);
  await fill(B);
  assert.deepEqual([fetched.cached(A), fetched.cached(B)], ["four", "four"]);
  assert.deepEqual(asked(), ["a", "b", "c", "a", "b"]);
});

test("what is wanted is fetched, and each arrival reported", async () => {
  let changes = 0;
  const { fake, fetched, asked } = make({ onChange: () => changes++ });
  fetched.want([A, B]);
  fetched.want([A, B]);
  assert.deepEqual(asked(), ["a", "b"]);
  await fake.requests[0]?.answer("one");
  assert.equal(changes, 1);
  assert.deepEqual(fetched.answer(A), { data: "one", fault: null });
  assert.deepEqual(fetched.answer(B), { data: null, fault: null });
});

test("what is not wanted any more is aborted, and its arrival not reported", async () => {
  const { fake, fetched } = make({ onChange: () => assert.fail("nobody wants it") });
  fake.ignoresAbort = true;
  fetched.want([A]);
  fetched.want([]);
  assert.ok(fake.last("trace").signal.aborted);
  await fake.last("trace").answer("late");
  assert.equal(fetched.cached(A), undefined);
});

test("what is prefetched is not reported, and what is then wanted is not fetched twice", async () => {
  let changes = 0;
  const { fake, fetched, asked } = make({ onChange: () => changes++ });
  fetched.prefetch(A);
  fetched.prefetch(B);
  await fake.requests[0]?.answer("one");
  assert.equal(changes, 0);
  fetched.want([B]);
  await fake.requests[1]?.answer("two");
  assert.equal(changes, 1);
  assert.deepEqual(asked(), ["a", "b"]);
});

test("a fault is kept while its key is wanted, and fetched again once it is wanted again or retried", async () => {
  let changes = 0;
  const { fake, fetched, asked } = make({ onChange: () => changes++ });
  fetched.want([A]);
  await fake.last("trace").fail(new Error("No."));
  assert.deepEqual(fetched.answer(A), { data: null, fault: "No." });
  assert.equal(changes, 1);
  fetched.want([A, B]);
  assert.deepEqual(asked(), ["a", "b"]);
  fetched.want([B]);
  fetched.want([A, B]);
  assert.deepEqual(fetched.answer(A), { data: null, fault: null });
  assert.deepEqual(asked(), ["a", "b", "a"]);
  await fake.last("trace").fail(new Error("No."));
  fetched.retry();
  fetched.want([A, B]);
  await fake.last("trace").answer("one");
  assert.deepEqual(fetched.answer(A), { data: "one", fault: null });
});

test("an aborted fetch is no fault", async () => {
  const { fake, fetched } = make({ onChange: () => assert.fail("nothing has happened") });
  fetched.want([A]);
  await fake.last("trace").fail(new DOMException("Aborted by another.", "AbortError"));
  assert.deepEqual(fetched.answer(A), { data: null, fault: null });
});

test("clearing aborts and forgets everything, forgetting all but some keeps those", async () => {
  const { fake, fetched } = make();
  fetched.want([A, B]);
  await fake.requests[0]?.answer("one");
  fetched.forgetAllBut([A]);
  assert.ok(fake.requests[1]?.signal.aborted);
  assert.equal(fetched.cached(A), "one");
  fetched.clear();
  assert.equal(fetched.cached(A), undefined);
  await settle();
});
