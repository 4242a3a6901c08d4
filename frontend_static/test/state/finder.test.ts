import assert from "node:assert/strict";
import { test } from "node:test";
import { Finder, wrap } from "../../src/state/finder.ts";
import { settle } from "./fakes.ts";

function make() {
  const asked: [number, (tokens: readonly string[]) => void, (error: Error) => void][] = [];
  let changes = 0;
  const finder = new Finder(
    (_, sample) => new Promise((resolve, reject) => asked.push([sample, resolve, reject])),
    () => changes++,
  );
  const answer = async (...texts: string[]) => {
    for (const [sample, resolve] of asked.splice(0)) resolve([...(texts[sample] ?? "")]);
    await settle();
  };
  return { finder, asked, answer, changes: () => changes };
}

test("every match in every sample, in their order", async () => {
  const { finder, asked, answer, changes } = make();
  finder.want("ab", "run", 2);
  assert.deepEqual([finder.matches, asked.length], [null, 2]);
  await answer("abcab", "xab");
  assert.deepEqual(finder.matches, [
    { sample: 0, start: 0, end: 2 },
    { sample: 0, start: 3, end: 5 },
    { sample: 1, start: 1, end: 3 },
  ]);
  assert.equal(changes(), 1);
});

test("the same search is made once, and an empty one not at all", async () => {
  const { finder, asked, answer } = make();
  finder.want("", "run", 2);
  assert.deepEqual([finder.matches, asked.length], [[], 0]);
  finder.want("a", "run", 1);
  finder.want("a", "run", 1);
  assert.equal(asked.length, 1);
  await answer("a");
  finder.want("a", "run", 1);
  finder.want("a", "other", 1);
  assert.equal(asked.length, 1);
});

test("the result of a search that was replaced or cleared is dropped", async () => {
  const { finder, answer, changes } = make();
  finder.want("a", "run", 1);
  finder.want("", "run", 1);
  await answer("a");
  assert.deepEqual([finder.matches, changes()], [[], 0]);
  finder.want("a", "run", 1);
  finder.clear();
  await answer("a");
  assert.deepEqual([finder.matches, finder.at, changes()], [[], null, 0]);
});

test("a sample that cannot be read has no matches", async () => {
  const { finder, asked } = make();
  finder.want("a", "run", 2);
  asked[0]?.[2](new Error("No."));
  asked[1]?.[1](["a"]);
  await settle();
  assert.deepEqual(finder.matches, [{ sample: 1, start: 0, end: 1 }]);
});

test("going to a match notes it until another search", async () => {
  const { finder, answer } = make();
  assert.equal(finder.goTo(0), null);
  finder.want("a", "run", 1);
  assert.equal(finder.goTo(0), null);
  await answer("aba");
  assert.deepEqual([finder.goTo(1), finder.at], [{ sample: 0, start: 2, end: 3 }, 1]);
  assert.deepEqual([finder.goTo(2), finder.at], [null, 1]);
  finder.want("b", "run", 1);
  assert.equal(finder.at, null);
});

test("indices go around the ends", () => {
  assert.deepEqual([wrap(null, 1, 3), wrap(null, -1, 3)], [0, 2]);
  assert.deepEqual([wrap(2, 1, 3), wrap(0, -1, 3), wrap(0, 1, 3)], [0, 2, 1]);
});
