/** One unit of a signal at every step, and how much each unit changed from step to step. */
import type { Tensors } from "../../api/analyses.ts";
import { arrayOf, matrixOf, optionalArray, stepsOf } from "../../api/arrays.ts";
import type { Matrix } from "../../api/trace.ts";
import type { SignalKey } from "../../api/types.ts";
import type { Selection } from "../../state/selection.ts";
import { type PanelQuery, query } from "../query.ts";

/** One unit of one signal at every step. */
export interface Evolution {
  readonly steps: readonly number[];
  /** Steps that are left out: their files are damaged. */
  readonly unreadable: readonly number[];
  /** [timesteps, steps]: a step is a row of the picture, as a unit is elsewhere. */
  readonly values: Matrix;
  /** Of each value: a mask may change in training. */
  readonly mask: Uint8Array | null;
  /** Of all values, and of typical ones; null where none is finite. */
  readonly extremes: readonly [number, number] | null;
  readonly typical: readonly [number, number] | null;
}

/** An evolution with its layer, signal, sample and unit. */
export interface Evolved {
  readonly key: SignalKey & { readonly unit: number };
  readonly data: Evolution;
}

/** How much each unit changed from each captured step to the next. */
export interface Change {
  readonly signal: string;
  readonly steps: readonly number[];
  /** Steps that are left out: their files are damaged. */
  readonly unreadable: readonly number[];
  readonly units: number;
  /** [steps, units]; the first row is NaN. */
  readonly values: Float32Array;
}

function signalKey({ run, layer, sample, signal }: Selection): SignalKey | null {
  return run === null || layer === null || sample === null || signal === null
    ? null
    : { run, layer, sample, signal };
}

export function parseEvolution(tensors: Tensors): Evolution {
  const mask = optionalArray(tensors, "mask", Uint8Array);
  const [extremes, typical] = [rangeOf(tensors, "extremes"), rangeOf(tensors, "typical")];
  return { ...stepsOf(tensors), values: matrixOf(tensors, "values"), mask, extremes, typical };
}

function rangeOf(tensors: Tensors, name: string): readonly [number, number] | null {
  const ends = optionalArray(tensors, name, Float64Array);
  return ends && [ends[0] as number, ends[1] as number];
}

export function parseChange(tensors: Tensors, signal: string): Change {
  const units = tensors.get("change")?.shape[1] ?? 0;
  return { signal, ...stepsOf(tensors), units, values: arrayOf(tensors, "change", Float32Array) };
}

/** Immediate: a lane of the timeline shows it, too. It has no step, so scrubbing sends nothing. */
export function evolutionQuery(selection: Selection): PanelQuery<Evolved> | null {
  const signal = signalKey(selection);
  if (signal === null || selection.pin === null) return null;
  const key = { ...signal, unit: selection.pin.unit };
  const evolved = query("evolution", key, (tensors): Evolved => ({ key, data: parseEvolution(tensors) }));
  return { ...evolved, immediate: true };
}

export function changeQuery(selection: Selection): PanelQuery<Change> | null {
  const key = signalKey(selection);
  if (key === null) return null;
  return { ...query("change", key, (tensors) => parseChange(tensors, key.signal)), immediate: true };
}

/** The picked unit comes first: it is what the user clicked for. */
export const queries = (selection: Selection) => [evolutionQuery(selection), changeQuery(selection)];
