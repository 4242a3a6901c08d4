import assert from "node:assert/strict";
import { test } from "node:test";
import { arrange, firstUnits, formatUnits, parseUnits } from "../../src/maths/units.ts";

const read = (text: string, units = 96) => parseUnits(text, units).units;
const problem = (text: string, units = 96) => parseUnits(text, units).problem;

test("units are numbers and ranges, with commas or blanks between", () => {
  assert.deepEqual(parseUnits("3, 7 10-13", 96), { units: [3, 7, 10, 11, 12, 13], problem: null });
  assert.deepEqual(read(" 3,,7\n,10–12,"), [3, 7, 10, 11, 12]);
  assert.deepEqual(read("10 - 12 14 –15"), [10, 11, 12, 14, 15]);
  assert.deepEqual(parseUnits("  ", 96), { units: [], problem: null });
  assert.deepEqual(read("007"), [7]);
});

test("a range runs as it is written, and repeats are dropped", () => {
  assert.deepEqual(read("12-10"), [12, 11, 10]);
  assert.deepEqual(read("5-5"), [5]);
  assert.deepEqual(read("7 3 7 2-4"), [7, 3, 2, 4]);
});

test("what does not exist is said, and the rest is kept", () => {
  assert.deepEqual(parseUnits("3, 200, 7", 96), { units: [3, 7], problem: "Units are 0 to 95, got 200." });
  assert.deepEqual(parseUnits("94-200", 96), { units: [94, 95], problem: "Units are 0 to 95, got 200." });
  assert.deepEqual(parseUnits("200-94", 96), { units: [95, 94], problem: "Units are 0 to 95, got 200." });
  assert.deepEqual(parseUnits("96-98", 96), { units: [], problem: "Units are 0 to 95, got 96." });
  assert.deepEqual(read("95"), [95]);
});

test("a range far beyond the units costs nothing", () => {
  assert.deepEqual(read("1-99999999999999999999", 4), [1, 2, 3]);
  assert.equal(problem("1-99999999999999999999", 4), "Units are 0 to 3, got 99999999999999999999.");
});

test("what cannot be read is said in its own words, the first of it", () => {
  assert.deepEqual(parseUnits("x, 3", 96), { units: [3], problem: 'Write units as 3, 7, 10-20; got "x".' });
  for (const text of ["-7", "3-", "3-7-9", "3-7x", "1.5", "3;7", "–", "1e3"]) {
    assert.deepEqual(parseUnits(text, 96), {
      units: [],
      problem: `Write units as 3, 7, 10-20; got "${text}".`,
    });
  }
  assert.equal(problem("99 x"), "Units are 0 to 95, got 99.");
  assert.equal(problem("x 99"), 'Write units as 3, 7, 10-20; got "x".');
});

test("three or more in a row are written as a range", () => {
  assert.equal(formatUnits([3, 7, 10, 11, 12, 13]), "3, 7, 10-13");
  assert.equal(formatUnits([0, 1]), "0, 1");
  assert.equal(formatUnits([0, 1, 2]), "0-2");
  assert.equal(formatUnits([5, 4, 3]), "5, 4, 3");
  assert.equal(formatUnits([4, 5, 6, 5]), "4-6, 5");
  assert.equal(formatUnits([]), "");
});

test("what is written is read back", () => {
  // A fixed generator: the same lists each time, of every length and with many runs.
  let state = 1;
  const next = (below: number) => {
    state = (state * 48271) % 2147483647;
    return state % below;
  };
  for (let round = 0; round < 300; round++) {
    const units = new Set<number>();
    while (units.size < round % 20) {
      const from = next(90);
      for (let i = 0; i <= next(5); i++) units.add(from + i);
    }
    assert.deepEqual(parseUnits(formatUnits([...units]), 96), { units: [...units], problem: null });
  }
});

test("pinned units stand first, as they were pinned, and the others keep their order", () => {
  const order = Uint32Array.of(4, 2, 0, 3, 1);
  assert.deepEqual([...arrange(order, [3, 4], false)], [3, 4, 2, 0, 1]);
  assert.deepEqual([...arrange(order, [3, 4], true)], [3, 4]);
  assert.deepEqual([...arrange(order, [1, 5, 99, 1], false)], [1, 4, 2, 0, 3]);
});

test("with nothing pinned the order is the very same", () => {
  const order = Uint32Array.of(1, 0);
  assert.equal(arrange(order, [], false), order);
  assert.equal(arrange(order, [], true), order);
  assert.equal(arrange(order, [2], true), order);
});

test("a signal with fewer units keeps the order of the others", () => {
  const order = Uint32Array.of(4, 0, 3, 1, 2);
  assert.deepEqual([...firstUnits(order, 3)], [0, 1, 2]);
  assert.deepEqual([...firstUnits(order, 4)], [0, 3, 1, 2]);
  assert.equal(firstUnits(order, 4), firstUnits(order, 4));
});
