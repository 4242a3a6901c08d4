import assert from "node:assert/strict";
import { test } from "node:test";
import { errorSentence } from "../../src/api/client.ts";
import { halfTable } from "../../src/api/float16.ts";
import { formatEnd, formatShare, formatValue, leftOut, visibleToken } from "../../src/maths/format.ts";
import { indexTicks, shorten, tokenContext, tokenStyle } from "../../src/maths/ticks.ts";

test("values have five significant digits and a true minus sign", () => {
  const cases: [number, string][] = [
    [0, "0"],
    [-0, "0"],
    [0.96386, "0.96386"],
    [1, "1.0000"],
    [-31.2, "−31.200"],
    [55, "55.000"],
    [0.00004, "4.0000e−5"],
    [-65504, "−65504"],
    [1.5e9, "1.5000e9"],
    [Number.NaN, "NaN"],
    [Number.NEGATIVE_INFINITY, "−∞"],
  ];
  for (const [value, text] of cases) assert.equal(formatValue(value), text);
});

test("neighbouring float16 values are told apart", () => {
  const table = halfTable();
  for (let bits = 1; bits < 0x7bff; bits++) {
    assert.notEqual(
      formatValue(table[bits] as number),
      formatValue(table[bits + 1] as number),
      bits.toString(16),
    );
  }
});

test("the ends of a legend are short", () => {
  assert.deepEqual([0, 1, -1, -55.1, 0.2467, 1234567].map(formatEnd), [
    "0",
    "1",
    "−1",
    "−55.1",
    "0.247",
    "1.2e6",
  ]);
});

test("names and tokens as people read them", () => {
  assert.equal(visibleToken("a b\n\t"), "a·b↵→");
  assert.equal(shorten("unbelievable", 5), "unbe…");
  assert.equal(shorten("dog", 3), "dog");
  assert.equal(shorten("naïve🙂", 6), "naïve🙂");
});

test("characters are written where they fit, in text's own density, else not at all", () => {
  const text = [..."for method in"];
  assert.deepEqual(tokenStyle(text, 8), { fontSize: 13, fit: 1 });
  assert.equal(tokenStyle(text, 6.1)?.fontSize, 10);
  assert.equal(tokenStyle(text, 4), null);
  assert.equal(tokenStyle([], 40), null);
});

test("words are written when most fit, the longest shortened", () => {
  const words = ["the", "quick", "brown", "fox", "neighbourhood"];
  assert.equal(tokenStyle(words, 17), null);
  assert.deepEqual(tokenStyle(words, 45), { fontSize: 13, fit: 5 });
});

test("context joins characters as text and words with spaces", () => {
  assert.deepEqual(tokenContext([..."abcdef"], 2, 2), ["ab", "c", "de"]);
  assert.deepEqual(tokenContext(["the", "quick", "fox"], 1, 9), ["the ", "quick", " fox"]);
  assert.deepEqual(tokenContext([..."ab"], 0, 5), ["", "a", "b"]);
});

test("ticks are whole timesteps inside the window, with room between", () => {
  const ticks = indexTicks({ from: 0, to: 140 }, 1050);
  assert.deepEqual(ticks.slice(0, 3), [0, 10, 20]);
  assert.deepEqual(indexTicks({ from: 0.2, to: 3.1 }, 1050), [1, 2, 3]);
  assert.ok(indexTicks({ from: 0, to: 10000 }, 400).length <= 8);
});

test("the server's sentence is shown, a proxy's page is not", () => {
  assert.equal(errorSentence(404, "text/plain", "There is no run named x.\n"), "There is no run named x.");
  assert.equal(
    errorSentence(400, "text/plain", "Invalid argument: It must be whole.\n"),
    "It must be whole.",
  );
  assert.match(errorSentence(502, "text/html", "<html>…</html>"), /^The server answered 502/);
  assert.match(errorSentence(500, "text/plain", ""), /^The server answered 500/);
});

test("steps that are left out are named, the first of many", () => {
  assert.equal(leftOut("epoch", []), "");
  assert.equal(leftOut("batch", [7]), "Batch 7 is left out: its file is damaged.");
  assert.equal(leftOut("epoch", [3, 7]), "Epochs 3 and 7 are left out: their files are damaged.");
  assert.equal(leftOut("epoch", [0, 1, 2, 3]), "Epochs 0, 1, 2 and 3 are left out: their files are damaged.");
  assert.equal(
    leftOut(
      "batch",
      Array.from({ length: 1203 }, (_, i) => i),
    ),
    "Batches 0, 1, 2 and 1,200 more are left out: their files are damaged.",
  );
});

test("a share is never rounded to nothing or to all", () => {
  assert.equal(formatShare(0), "0 %");
  assert.equal(formatShare(0.0001), "<0.1 %");
  assert.equal(formatShare(0.1234), "12.3 %");
  assert.equal(formatShare(0.25), "25 %");
  assert.equal(formatShare(0.9999), ">99.9 %");
  assert.equal(formatShare(1), "100 %");
  assert.equal(formatShare(Number.NaN), "–");
});
