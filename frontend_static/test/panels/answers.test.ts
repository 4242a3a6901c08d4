import assert from "node:assert/strict";
import { test } from "node:test";
import type { Query } from "../../src/api/client.ts";
import { Answers } from "../../src/panels/answers.ts";
import type { AnswerLookup, PanelQuery } from "../../src/panels/query.ts";
import { Held } from "../../src/panels/shared/held.ts";

interface Named {
  readonly route: string;
}

const parse = (answer: object) => answer as Named;
const query = (route: string, params: Query["params"] = {}): PanelQuery<Named> => ({ route, params, parse });
const settle = () => new Promise((next) => setTimeout(next, 0));

/** A client whose answers come when the test says so. */
function slowClient() {
  const asked: { readonly route: string; readonly signal: AbortSignal }[] = [];
  const waiting = new Map<string, { resolve: (answer: object) => void }>();
  const ask = ({ route }: Query, signal: AbortSignal) => {
    asked.push({ route, signal });
    return new Promise<object>((resolve, reject) => {
      signal.addEventListener("abort", () => reject(new DOMException("gone", "AbortError")));
      waiting.set(route, { resolve });
    });
  };
  return { client: { ask }, asked, waiting };
}

test("answers are asked for once, and what failed when it is wanted again", async () => {
  const asked: string[] = [];
  let fails = true;
  const ask = async ({ route }: Query) => {
    asked.push(route);
    if (route === "bad" && fails) throw new Error("No.");
    return { route };
  };
  let changes = 0;
  const answers = new Answers({ ask }, () => changes++);
  const [good, bad] = [query("good"), query("bad")];
  answers.want([good, bad]);
  await settle();
  assert.deepEqual(answers.answer(good), { data: { route: "good" }, fault: null });
  assert.deepEqual(answers.answer(bad), { data: null, fault: "No." });
  assert.equal(changes, 2);
  answers.want([good, bad]);
  await settle();
  assert.deepEqual(asked, ["good", "bad"]);
  fails = false;
  answers.want([]);
  answers.want([bad]);
  await settle();
  assert.deepEqual(answers.answer(bad), { data: { route: "bad" }, fault: null });
  assert.deepEqual(answers.answer(null), { data: null, fault: null });
});

test("an answer is parsed once, and is the same object each time", async () => {
  let parsed = 0;
  const counted = {
    ...query("good"),
    parse: (answer: object) => {
      parsed++;
      return { ...(answer as Named) };
    },
  };
  const answers = new Answers({ ask: async ({ route }: Query) => ({ route }) }, () => undefined);
  answers.want([counted]);
  await settle();
  assert.notEqual(answers.answer(counted).data, null);
  assert.equal(answers.answer(counted).data, answers.answer({ ...counted }).data);
  assert.equal(parsed, 1);
});

test("an answer that cannot be read is a fault", async () => {
  const broken = {
    ...query("good"),
    parse: () => {
      throw new Error("The response has no array values.");
    },
  };
  const answers = new Answers({ ask: async () => ({}) }, () => undefined);
  answers.want([broken]);
  await settle();
  assert.equal(answers.answer(broken).fault, "The response has no array values.");
});

test("an answer to what is no longer wanted is dropped, and its request aborted", async () => {
  const { client, asked, waiting } = slowClient();
  let changes = 0;
  const answers = new Answers(client, () => changes++);
  const [a, b] = [query("a"), query("b")];
  answers.want([a]);
  const late = waiting.get("a");
  answers.want([b]);
  assert.equal(asked[0]?.signal.aborted, true);
  late?.resolve({ route: "late" });
  waiting.get("b")?.resolve({ route: "b" });
  await settle();
  assert.deepEqual(answers.answer(a), { data: null, fault: null });
  assert.deepEqual(answers.answer(b).data, { route: "b" });
  // Wanted again, it is asked for again, and the abort was no fault.
  answers.want([a]);
  waiting.get("a")?.resolve({ route: "a" });
  await settle();
  assert.deepEqual(answers.answer(a), { data: { route: "a" }, fault: null });
  assert.equal(asked.length, 3);
});

test("what is still wanted stays under way, and tells its answer once", async () => {
  const { client, asked, waiting } = slowClient();
  let changes = 0;
  const answers = new Answers(client, () => changes++);
  answers.want([query("a")]);
  answers.want([query("a"), query("b")]);
  answers.want([query("a")]);
  assert.deepEqual(
    asked.map(({ route, signal }) => [route, signal.aborted]),
    [
      ["a", false],
      ["b", true],
    ],
  );
  await settle();
  const before = changes;
  waiting.get("a")?.resolve({ route: "a" });
  await settle();
  assert.equal(changes - before, 1);
});

test("two answers that the cache cannot hold together are asked for once each", async () => {
  const large = () => new Map([["x", { data: { byteLength: 50 * 2 ** 20 } }]]);
  const asked: string[] = [];
  const ask = async ({ route }: Query) => {
    asked.push(route);
    return large();
  };
  const both = ["weights", "weight_history"].map((route) => query(route));
  const answers: Answers = new Answers({ ask }, () => answers.want(both));
  answers.want(both);
  await new Promise((next) => setTimeout(next, 30));
  assert.deepEqual(asked, ["weights", "weight_history"]);
  for (const one of both) assert.notEqual(answers.answer(one).data, null);
});

test("while scrubbing the old answer stays until the next has come", () => {
  const known = new Map<number, Named>([[1, { route: "first" }]]);
  let fault: string | null = null;
  const lookup = {
    answer: (wanted: PanelQuery<Named> | null) => ({
      data: known.get(Number(wanted?.params.step)) ?? null,
      fault,
    }),
  } as AnswerLookup;
  const at = (step: number, layer = "lstm") => query("explain", { run: "a", step, layer });
  const held = new Held<Named>();
  assert.equal(held.take(lookup, at(0)).data, null);
  assert.equal(held.take(lookup, at(1)).data?.route, "first");
  const kept = held.take(lookup, at(2));
  assert.deepEqual([kept.data?.route, kept.query?.params.step], ["first", 1]);
  // What is of another layer would stand under a wrong name.
  assert.equal(held.take(lookup, at(2, "gru")).data, null);
  assert.equal(held.take(lookup, at(1)).data?.route, "first");
  known.set(2, { route: "second" });
  assert.equal(held.take(lookup, at(2)).data?.route, "second");
  fault = "No.";
  assert.deepEqual(held.take(lookup, at(3)), { data: null, fault: "No.", query: at(3) });
  assert.equal(held.take(lookup, null).data, null);
});
