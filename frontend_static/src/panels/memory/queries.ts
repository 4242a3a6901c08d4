/** The horizon of each unit's gate, and how far back one value reaches by its gradient. */
import { numbersOf, type Tensors } from "../../api/analyses.ts";
import type { RunInfo } from "../../api/routes.ts";
import type { Selection } from "../../state/selection.ts";
import { layerOfStep, type PanelQuery, query } from "../query.ts";
import { signalOf } from "../shared/signals.ts";

/** By unit, in timesteps: infinite where the gate is always 1, NaN where it is not finite. */
export interface Horizons {
  readonly horizons: readonly number[];
}

export interface Reach {
  /** By state, [timesteps]: the norm of the value's gradient by that state. */
  readonly norms: ReadonlyMap<string, readonly number[]>;
  /** How many timesteps back the value reaches. */
  readonly steps: number;
  /** Whether those are all timesteps read before. */
  readonly isAll: boolean;
  /** The farthest timestep within reach; null where nothing is. */
  readonly end: number | null;
  /** The share of the gradient one timestep back that still counts as memory. */
  readonly kept: number;
}

const NORMS = "norms/";

export function parseHorizons(tensors: Tensors): Horizons {
  return { horizons: numbersOf(tensors, "horizon") };
}

export function parseReach(tensors: Tensors): Reach {
  const states = [...tensors.keys()].filter((name) => name.startsWith(NORMS));
  return {
    norms: new Map(states.map((name) => [name.slice(NORMS.length), numbersOf(tensors, name)])),
    steps: numbersOf(tensors, "steps")[0] ?? 0,
    isAll: numbersOf(tensors, "all")[0] === 1,
    end: numbersOf(tensors, "end")[0] ?? null,
    kept: numbersOf(tensors, "kept")[0] ?? Number.NaN,
  };
}

export function horizonQuery(selection: Selection): PanelQuery<Horizons> | null {
  const at = layerOfStep(selection);
  return at && query("horizon", at, parseHorizons);
}

/** The reach of the picked signal's state; where none is known, the server's error says why. */
export function reachQuery(selection: Selection, run: RunInfo): PanelQuery<Reach> | null {
  const { pin, sample, signal } = selection;
  const at = layerOfStep(selection);
  if (at === null || pin === null || sample === null || signal === null) return null;
  const state = signalOf(run, at.layer, signal)?.state ?? signal;
  const { timestep, unit } = pin;
  return query("reach", { ...at, signal: state, sample, timestep, unit }, parseReach);
}

export const queries = (selection: Selection, run: RunInfo) => [
  horizonQuery(selection),
  reachQuery(selection, run),
];
