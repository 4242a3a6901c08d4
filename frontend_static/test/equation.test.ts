import assert from "node:assert/strict";
import { test } from "node:test";
import { meaningOf, notRecomputed, piecesOf, sidesOf } from "../src/maths/equation.ts";
import { largestOf, signedBar } from "../src/maths/signed.ts";

const symbols = (equation: string) =>
  piecesOf(equation)
    .map(({ symbol }) => symbol)
    .filter((symbol) => symbol !== null);
const plain = (equation: string) =>
  piecesOf(equation)
    .map(({ text, sub }) => text + (sub === null ? "" : `_${sub}`))
    .join("");

test("letters are told from functions, and nothing of an equation is lost", () => {
  assert.deepEqual(symbols("c = f * c_prev + i * g"), ["c", "f", "c_prev", "i", "g"]);
  assert.deepEqual(symbols("g = tanh(W_g x + b_g + r * (U_g h + b'_g))"), [
    ..."g W_g x b_g r U_g h b'_g".split(" "),
  ]);
  assert.deepEqual(symbols("h = o * my_f(c)"), ["h", "o", "c"]);
  assert.deepEqual(symbols("h = o * f(c)"), ["h", "o", "c"]);
  assert.equal(plain("h = z * h_prev + (1 - z) * g"), "h = z · h_prev + (1 − z) · g");
  assert.equal(plain("b'_g"), "b′_g");
});

test("a letter stands for a signal, of this timestep or of the one before", () => {
  assert.deepEqual(meaningOf("f"), { signal: "forget_gate", before: false });
  assert.deepEqual(meaningOf("h_prev"), { signal: "hidden_state", before: true });
  assert.equal(meaningOf("W_f"), null);
});

test("the sides in numbers are the text's own, without the value", () => {
  const text =
    "lstm f: unit 1\n\n  f = sigmoid(W_f x)\n    = sigmoid(-1 + 2)\n    = sigmoid(1)\n    = 0.73    (captured: 0.73)\n\n  input 1";
  assert.deepEqual(sidesOf(text), ["sigmoid(−1 + 2)", "sigmoid(1)"]);
  assert.deepEqual(sidesOf("h: x\n\n  h = x\n    = 1    (captured: 1)\n\n"), []);
});

test("a value whose activation function is not known says so", () => {
  const last = "  h = x\n    = 1    (as captured: my_f is not recomputed)";
  assert.equal(notRecomputed(`h: x\n\n${last}\n\n  input 1`), "as captured: my_f is not recomputed");
  assert.equal(notRecomputed("h: x\n\n  h = x\n    = 1    (captured: 1)"), null);
});

test("bars start at zero and end on their number's side", () => {
  assert.deepEqual(signedBar(2, 4, 40), { x: 20, width: 10 });
  assert.deepEqual(signedBar(-4, 4, 40), { x: 0, width: 20 });
  assert.deepEqual(signedBar(0, 0, 40), { x: 20, width: 0 });
  assert.deepEqual(signedBar(null, 4, 40), { x: 20, width: 0 });
  assert.equal(largestOf([1, -3, null, Number.NaN]), 3);
});
