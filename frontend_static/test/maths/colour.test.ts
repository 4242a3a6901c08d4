import assert from "node:assert/strict";
import { test } from "node:test";
import { lab } from "d3-color";
import type { Matrix } from "../../src/api/trace.ts";
import {
  ABOVE,
  BELOW,
  coded,
  codeOf,
  EMPTY,
  halfCodes,
  NOT_FINITE,
  positionOf,
  shareBeyond,
} from "../../src/maths/codes.ts";
import { beyondColours, codeColours, cssGradient, NOT_FINITE_COLOUR, ramp } from "../../src/maths/colours.ts";
import { signalScale } from "../../src/maths/scale.ts";
import { BLIND, difference, differenceOfLab, seenBy } from "./ciede2000.ts";

const GATE = signalScale({ range: [0, 1], extremes: [0.2, 0.9] });
const STATE = signalScale({ range: [-1, 1], extremes: [-0.5, 0.9] });

test("a scale comes from the activation's range, else from the extremes over all steps", () => {
  assert.deepEqual(GATE, { kind: "sequential", domain: [0, 1] });
  assert.deepEqual(STATE, { kind: "diverging", domain: [-1, 1] });
  const cell = signalScale({ range: null, extremes: [-31.2, 55.1] });
  assert.deepEqual(cell, { kind: "diverging", domain: [-55.1, 55.1] });
  const below = signalScale({ range: null, extremes: [-70, 3] });
  assert.deepEqual(below.domain, [-70, 70]);
  const relu = signalScale({ range: null, extremes: [0.5, 7] });
  assert.deepEqual(relu, { kind: "sequential", domain: [0, 7] });
  const flat = signalScale({ range: null, extremes: [0, 0] });
  assert.deepEqual(flat, { kind: "sequential", domain: [0, 1] });
  assert.deepEqual(signalScale({ range: null, extremes: null }).domain, [-1, 1]);
});

test("codes grow with the distance from the centre", () => {
  assert.ok(codeOf(0.1, STATE) < codeOf(-0.2, STATE));
  assert.ok(codeOf(-0.2, STATE) < codeOf(0.3, STATE));
  assert.ok(codeOf(0.5, GATE) < codeOf(0.4, GATE));
  assert.equal(codeOf(0, STATE), 1);
  for (const value of [Number.NaN, Number.POSITIVE_INFINITY]) assert.equal(codeOf(value, STATE), NOT_FINITE);
  for (const value of [-1, 0, 1, 99, -99]) {
    assert.ok(codeOf(value, STATE) > EMPTY && codeOf(value, STATE) < NOT_FINITE);
  }
  assert.deepEqual([codeOf(-1.01, STATE), codeOf(99, STATE)], [BELOW, ABOVE]);
});

test("a code's place on the scale is its value's, to half a shade", () => {
  for (let value = -1; value <= 1; value += 0.01) {
    const back = positionOf(codeOf(value, STATE)) * 2 - 1;
    assert.ok(Math.abs(back - value) <= 0.5 / 125 + 1e-9, `${value} came back as ${back}`);
  }
});

test("float16 and float32 of the same values get the same codes", () => {
  const half: Matrix = { dtype: "F16", timesteps: 1, units: 3, data: Uint16Array.of(0x3800, 0xbc00, 0x7e00) };
  const single: Matrix = { dtype: "F32", timesteps: 1, units: 3, data: Float32Array.of(0.5, -1, Number.NaN) };
  const read = (matrix: Matrix) => {
    const { keys, table } = coded(matrix, STATE);
    return [...keys].map((key) => table[key]);
  };
  assert.deepEqual(read(half), read(single));
  assert.equal(halfCodes(STATE), halfCodes({ ...STATE }), "one table per scale");
});

test("what lies beyond a scale is counted among the finite values that are no padding", () => {
  const data = Float32Array.of(0.5, -1.2, Number.NaN, 1, 9, 0);
  const matrix: Matrix = { dtype: "F32", timesteps: 3, units: 2, data };
  assert.equal(shareBeyond(matrix, null, STATE), 2 / 5);
  assert.equal(shareBeyond(matrix, Uint8Array.of(1, 1, 0), STATE), 1 / 3);
  assert.equal(shareBeyond(matrix, null, { ...STATE, domain: [-9, 9] }), 0);
  assert.equal(shareBeyond({ ...matrix, data: new Float32Array(6).fill(Number.NaN) }, null, STATE), 0);
});

test("a value that float16 has rounded up is not beyond the scale that ends at it", () => {
  const scale = signalScale({ range: null, extremes: [0, 48.59] });
  const half: Matrix = { dtype: "F16", timesteps: 1, units: 1, data: Uint16Array.of(0x5213) };
  assert.equal(shareBeyond(half, null, scale), 0);
});

test("no value has the colour of NaN, and only nothing is transparent", () => {
  const { l, a, b } = lab(NOT_FINITE_COLOUR);
  for (const scale of [GATE, STATE]) {
    for (const theme of ["light", "dark"] as const) {
      const colours = codeColours(scale, theme);
      assert.equal(colours[EMPTY], 0);
      for (let code = 1; code <= 253; code++) assert.equal((colours[code] as number) >>> 24, 255);
      for (let i = 0; i <= 100; i++) {
        const other = lab(ramp(scale, theme)(i / 100));
        const distance = Math.hypot(l - other.l, a - other.a, b - other.b);
        assert.ok(distance > 40, `${scale.kind} ${theme} ${i} is ${distance.toFixed(0)} away`);
      }
    }
  }
});

test("a diverging scale's lightness runs one way from its centre, to both ends", () => {
  for (const [theme, sign] of [
    ["light", -1],
    ["dark", 1],
  ] as const) {
    const lightness = (position: number) => lab(ramp(STATE, theme)(position)).l * sign;
    for (let i = 1; i <= 20; i++) {
      assert.ok(lightness(0.5 + i / 40) > lightness(0.5 + (i - 1) / 40) - 0.5, `${theme}, up, ${i}`);
      assert.ok(lightness(0.5 - i / 40) > lightness(0.5 - (i - 1) / 40) - 0.5, `${theme}, down, ${i}`);
    }
  }
});

test("the difference of two colours is as in the paper's own table", () => {
  // Sharma, Wu and Dalal (2005), table 1: pairs 1, 7, 16 and 24.
  const pairs = [
    [[50, 2.6772, -79.7751], [50, 0, -82.7485], 2.0425],
    [[50, 0, 0], [50, -1, 2], 2.3669],
    [[50, 2.5, 0], [50, 0, -2.5], 4.3065],
    [[50, 2.5, 0], [50, 3.2592, 0.335], 1],
  ] as const;
  for (const [one, other, expected] of pairs)
    assert.ok(
      Math.abs(differenceOfLab(one, other) - expected) < 1e-4,
      `${one}: ${differenceOfLab(one, other)}`,
    );
});

const PAGES = { light: "#ffffff", dark: "#14161a" } as const;

for (const theme of ["light", "dark"] as const) {
  test(`in the ${theme} theme equal steps towards both ends of a diverging scale are about equal steps of colour`, () => {
    const colour = ramp(STATE, theme);
    for (const end of [0, 1]) {
      const strip = Array.from({ length: 11 }, (_, i) => colour(0.5 + (end - 0.5) * (i / 10)));
      const steps = strip.slice(1).map((one, i) => difference(one, strip[i] as string));
      const [least, most] = [Math.min(...steps), Math.max(...steps)];
      assert.ok(least > 4 && most < 2 * least, steps.map((step) => step.toFixed(1)).join(" "));
    }
  });

  test(`in the ${theme} theme the ends of a diverging scale are far from the page and from each other`, () => {
    const [low, high] = [ramp(STATE, theme)(0), ramp(STATE, theme)(1)];
    for (const end of [low, high]) {
      assert.ok(difference(end, PAGES[theme]) > 40);
      // Neither nearly black nor pale.
      assert.ok(lab(end).l > 35 && lab(end).l < 65, `lightness ${lab(end).l}`);
    }
    assert.ok(difference(low, high) > 40);
    for (const who of BLIND) assert.ok(difference(seenBy(who, low), seenBy(who, high)) > 40, who);
  });

  test(`in the ${theme} theme what lies beyond a scale has colours of its own`, () => {
    for (const scale of [GATE, STATE]) {
      const [below, above] = beyondColours(scale, theme);
      assert.ok(difference(below, above) > 20);
      for (const one of [below, above]) {
        assert.ok(difference(one, NOT_FINITE_COLOUR) > 30);
        for (let i = 0; i <= 100; i++)
          assert.ok(difference(one, ramp(scale, theme)(i / 100)) > 20, `${scale.kind} ${one} at ${i}`);
      }
      const colours = codeColours(scale, theme);
      assert.notEqual(colours[ABOVE], colours[codeOf(scale.domain[1], scale)]);
    }
  });
}

test("the legend is made of the painted colours", () => {
  assert.ok(
    cssGradient(GATE, "light").startsWith(`linear-gradient(to right, ${ramp(GATE, "light")(0)} 0.0%`),
  );
});
