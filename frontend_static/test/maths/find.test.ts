import assert from "node:assert/strict";
import { test } from "node:test";
import { findText } from "../../src/maths/find.ts";

const found = (tokens: readonly string[], query: string) =>
  findText(tokens, query).map(({ start, end }) => [start, end]);

test("characters read as text, and matches may overlap", () => {
  assert.deepEqual(found([..."banana"], "ana"), [
    [1, 4],
    [3, 6],
  ]);
  assert.deepEqual(found([..."banana"], "b"), [[0, 1]]);
  assert.deepEqual(found([..."for x in"], "x in"), [[4, 8]]);
  assert.deepEqual(found([..."banana"], "bananas"), []);
});

test("words have a blank between them, and a match touches each that it lies in", () => {
  const words = ["the", "quick", "brown", "fox"];
  assert.deepEqual(found(words, "quick"), [[1, 2]]);
  assert.deepEqual(found(words, "k br"), [[1, 3]]);
  assert.deepEqual(found(words, "e quick brown f"), [[0, 4]]);
  assert.deepEqual(found(words, "quickbrown"), []);
  assert.deepEqual(found(words, "quick "), [[1, 2]]);
  assert.deepEqual(found(words, " quick"), [[1, 2]]);
});

test("parts of words, and what a pattern would take for its own", () => {
  const parts = ["play", "##ing", "(a.b)", "[PAD]", "[PAD]"];
  assert.deepEqual(found(parts, "##ing"), [[1, 2]]);
  assert.deepEqual(found(parts, "play ##"), [[0, 2]]);
  assert.deepEqual(found(parts, "a.b"), [[2, 3]]);
  assert.deepEqual(found(parts, "a*b"), []);
  assert.deepEqual(found(parts, "[pad]"), [
    [3, 4],
    [4, 5],
  ]);
});

test("case matters once the query has a capital", () => {
  const words = ["If", "if", "IF"];
  assert.equal(found(words, "if").length, 3);
  assert.deepEqual(found(words, "If"), [[0, 1]]);
  assert.deepEqual(found(words, "IF"), [[2, 3]]);
});

test("a letter whose other case is longer, or depends on its neighbours, moves nothing", () => {
  assert.deepEqual(found(["İİİ", "abc"], "abc"), [[1, 2]]);
  assert.deepEqual(found([..."ΟΔΟΣ."], "οδος."), [[0, 5]]);
  assert.deepEqual(found([..."ΟΔΟΣ"], "οδοσ"), [[0, 4]]);
  assert.deepEqual(found(["straße", "x"], "straße x"), [[0, 2]]);
});

test("a character beyond 16 bits is one character", () => {
  assert.deepEqual(found([..."a🙂b🙂"], "🙂"), [
    [1, 2],
    [3, 4],
  ]);
  assert.deepEqual(found([..."a🙂b"], "a🙂b"), [[0, 3]]);
  assert.deepEqual(found(["a🙂", "b"], "🙂 b"), [[0, 2]]);
  assert.deepEqual(found([..."𝐀𐐀"], "𐐨"), [[1, 2]]);
});

test("the same stretch is found once, however often it matches there", () => {
  assert.deepEqual(found(["banana", "pan"], "an"), [
    [0, 1],
    [1, 2],
  ]);
});

test("nothing is found for nothing, in nothing, or between tokens", () => {
  assert.deepEqual(found(["a", "b"], ""), []);
  assert.deepEqual(found([], "a"), []);
  assert.deepEqual(found(["one", "two"], " "), []);
  assert.deepEqual(found([..."a b"], " "), [[1, 2]]);
});

test("an empty token moves nothing", () => {
  assert.deepEqual(found(["", "a", "", "b", ""], "ab"), [[1, 4]]);
  assert.deepEqual(found(["", "one", "", "two", ""], "two"), [[3, 4]]);
  assert.deepEqual(found(["one", "", ""], "e"), [[0, 1]]);
});

test("each timestep of a long text is found where it is", () => {
  const words = Array.from({ length: 500 }, (_, i) => `w${i}.`);
  for (const at of [0, 7, 250, 499]) assert.deepEqual(found(words, `w${at}.`), [[at, at + 1]]);
});
