/** The units of A matched with those of B, and the distributions of their values. */
import { numbersOf, type Tensors } from "../../api/analyses.ts";
import type { RunInfo } from "../../api/routes.ts";
import type { TraceKey } from "../../api/types.ts";
import type { Selection } from "../../state/selection.ts";
import { type AnswerLookup, layerOfStep, type PanelQuery, query } from "../query.ts";

export interface Pair {
  readonly a: number;
  readonly b: number;
  /** The correlation of their traces over the probe. */
  readonly r: number;
}

export interface Pairs {
  /** The strongest correlation first. */
  readonly pairs: readonly Pair[];
  /** The number of units of A and of B. */
  readonly units: readonly [number, number];
  /** Whether pairs were chosen by r; else by |r|. */
  readonly signed: boolean;
  /** The median of |r| when each sample is matched with another; NaN for one sample. */
  readonly chance: number;
  /** The timesteps of all samples that the correlations come from. */
  readonly places: number;
}

export interface Distributions {
  /** One more than there are bins. */
  readonly edges: readonly number[];
  /** By bin, the share of each side's values. */
  readonly a: readonly number[];
  readonly b: readonly number[];
}

export function parsePairs(tensors: Tensors): Pairs {
  const [b, r, [a = 0, of = 0]] = [
    numbersOf(tensors, "b"),
    numbersOf(tensors, "r"),
    numbersOf(tensors, "units"),
  ];
  return {
    pairs: numbersOf(tensors, "a").map((unit, i) => ({ a: unit, b: b[i] ?? -1, r: r[i] ?? Number.NaN })),
    units: [a, of],
    signed: numbersOf(tensors, "signed")[0] === 1,
    chance: numbersOf(tensors, "chance")[0] ?? Number.NaN,
    places: numbersOf(tensors, "places")[0] ?? 0,
  };
}

export function parseDistributions(tensors: Tensors): Distributions {
  const shares = (name: string) => {
    const counts = numbersOf(tensors, name);
    const total = counts.reduce((sum, count) => sum + count, 0);
    return counts.map((count) => (total === 0 ? 0 : count / total));
  };
  return { edges: numbersOf(tensors, "edges"), a: shares("counts/a"), b: shares("counts/b") };
}

/** A and B at their steps; null unless two layers are compared. */
function bothOf(selection: Selection, other: TraceKey | null) {
  const [at, { signal }] = [layerOfStep(selection), selection];
  if (at === null || signal === null || other === null) return null;
  return { ...at, signal, other_run: other.run, other_step: other.step, other_layer: other.layer };
}

/** Units of one layer of one run are the same units at every step: there is nothing to match. */
export function pairsQuery(selection: Selection, other: TraceKey | null): PanelQuery<Pairs> | null {
  const both = bothOf(selection, other);
  const isSame = both !== null && both.run === both.other_run && both.layer === both.other_layer;
  return both === null || isSame ? null : query("unit_matching", both, parsePairs);
}

export function distributionsQuery(
  selection: Selection,
  other: TraceKey | null,
): PanelQuery<Distributions> | null {
  const both = bothOf(selection, other);
  return both && query("distributions", both, parseDistributions);
}

export const queries = (
  selection: Selection,
  _run: RunInfo,
  _answers: AnswerLookup,
  other: TraceKey | null,
) => [pairsQuery(selection, other), distributionsQuery(selection, other)];
