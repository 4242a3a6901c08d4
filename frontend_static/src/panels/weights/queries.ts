/** The weights of a layer's gates at one step, and their norms, histograms and radii at every step. */
import { numbersOf, type Tensors } from "../../api/analyses.ts";
import type { Selection } from "../../state/selection.ts";
import { layerOfStep, type PanelQuery, query } from "../query.ts";

/** The distribution of one matrix's weights at every step. */
export interface Histograms {
  readonly steps: readonly number[];
  /** [step, bin]. */
  readonly counts: readonly number[];
  /** One more than there are bins. */
  readonly edges: readonly number[];
  /** The size that colours reach to: few weights are larger. */
  readonly typical: number;
}

/** Matrices are named by gate and kind: "forget_gate/U". */
export interface WeightHistory {
  readonly steps: readonly number[];
  /** Steps that are left out: their files are damaged. */
  readonly unreadable: readonly number[];
  readonly histograms: ReadonlyMap<string, Histograms>;
  /** Frobenius norms, one per step. */
  readonly norms: ReadonlyMap<string, readonly number[]>;
  /** Spectral radii of U by gate, one per radius step. */
  readonly radii: ReadonlyMap<string, readonly number[]>;
  /** The steps that have spectral radii; none where the layer is too wide. */
  readonly radiusSteps: readonly number[];
}

/** The arrays whose names begin with `prefix`, by the rest of their names. */
function named<T>(tensors: Tensors, prefix: string, read: (name: string) => T): ReadonlyMap<string, T> {
  const names = [...tensors.keys()].filter((name) => name.startsWith(prefix));
  return new Map(names.map((name) => [name.slice(prefix.length), read(name.slice(prefix.length))]));
}

export function parseWeightHistory(tensors: Tensors): WeightHistory {
  const steps = numbersOf(tensors, "steps");
  return {
    steps,
    unreadable: numbersOf(tensors, "unreadable"),
    histograms: named(tensors, "counts/", (matrix) => ({
      steps,
      counts: numbersOf(tensors, `counts/${matrix}`),
      edges: numbersOf(tensors, `edges/${matrix}`),
      typical: numbersOf(tensors, `typical/${matrix}`)[0] as number,
    })),
    norms: named(tensors, "norm/", (matrix) => numbersOf(tensors, `norm/${matrix}`)),
    radii: named(tensors, "radius/", (gate) => numbersOf(tensors, `radius/${gate}`)),
    radiusSteps: numbersOf(tensors, "radius_steps"),
  };
}

/** Arrays by gate and kind, "forget_gate/U". */
export function weightsQuery(selection: Selection): PanelQuery<Tensors> | null {
  const at = layerOfStep(selection);
  return at && query("weights", at, (tensors): Tensors => tensors);
}

export function weightHistoryQuery({ run, layer }: Selection): PanelQuery<WeightHistory> | null {
  return run === null || layer === null ? null : query("weight_history", { run, layer }, parseWeightHistory);
}

export const queries = (selection: Selection) => [weightsQuery(selection), weightHistoryQuery(selection)];
