import assert from "node:assert/strict";
import { test } from "node:test";
import { haveOtherProbes, whyUnrelated } from "../../src/state/correspondence.ts";
import { layerOf, runOf } from "./fakes.ts";

const side = (run: string, fingerprint: string | null = "one", probe: string | null = "p", key = "lstm") => ({
  run: runOf(run, { probe }),
  layer: layerOf(key, { fingerprint }),
});

test("units correspond within a layer of a run, and between runs from the same weights", () => {
  assert.equal(whyUnrelated(side("a", null, null), side("a", null, null)), null);
  assert.equal(whyUnrelated(side("a"), side("b")), null);
  assert.equal(whyUnrelated(side("a"), side("a", "one", "p", "lstm#2")), null);
  for (const fingerprint of ["two", null])
    assert.match(
      whyUnrelated(side("a"), side("a", fingerprint, "p", "gru")) ?? "",
      /“lstm” and “gru” are two layers/,
    );
  assert.notEqual(whyUnrelated(side("a", null), side("a", null, "p", "gru")), null);
});

test("what is not known, or not so, is said", () => {
  assert.match(whyUnrelated(side("a"), side("b", "two")) ?? "", /started from different weights/);
  for (const [one, other] of [
    ["one", null],
    [null, "one"],
    [null, null],
  ] as const)
    assert.match(whyUnrelated(side("a", one), side("b", other)) ?? "", /Not known whether/);
});

test("runs with other probes have no common places, whatever their weights", () => {
  assert.match(whyUnrelated(side("a"), side("b", "one", "q")) ?? "", /have different probes/);
  assert.ok(haveOtherProbes(side("a").run, side("b", "one", "q").run));
  assert.ok(!haveOtherProbes(side("a").run, side("b", "one", null).run));
});
