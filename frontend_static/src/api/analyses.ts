/** Answers of the routes that say what a run's numbers mean; see http_api.md. */
import type { Tensor } from "./safetensors.ts";

export type Tensors = ReadonlyMap<string, Tensor>;

export interface Finding {
  readonly kind: string;
  readonly layer: string;
  readonly signal: string;
  readonly units: readonly number[];
  /** How many there are; `units` holds the first of them. */
  readonly unit_count: number;
  readonly timesteps: readonly number[];
  readonly timestep_count: number;
  /** The sample that shows it most; null where it is told from all of them. */
  readonly sample: number | null;
  readonly steps: readonly number[];
  /** 0 to 1. */
  readonly severity: number;
  readonly message: string;
  readonly rule: string;
  readonly source: string;
  readonly advice: string;
  readonly not_a_fault: string;
}

export interface Findings {
  readonly step: number;
  readonly findings: readonly Finding[];
}

export interface Contribution {
  readonly source: "input" | "recurrent";
  readonly index: number;
  readonly weight: number | null;
  readonly activity: number | null;
  readonly value: number | null;
}

export interface Explanation {
  readonly step: number;
  readonly signal: string;
  readonly sample: number;
  readonly timestep: number;
  /** The timestep whose states the cell came with; null where those are initial states. */
  readonly read_before: number | null;
  readonly unit: number;
  readonly equation: string;
  readonly activation: string | null;
  readonly value: number | null;
  readonly captured: number | null;
  readonly pre_activation: number | null;
  readonly parts: Readonly<Record<string, number | null>>;
  readonly numbers: Readonly<Record<string, number | null>>;
  readonly contributions: readonly Contribution[];
  readonly text: string;
}

export interface Detector {
  readonly layer: string;
  readonly signal: string;
  readonly unit: number;
  readonly score: number;
  /** null where one sample alone leaves nothing to compare with. */
  readonly chance: number | null;
  readonly sign: 1 | -1;
}

export interface Detectors {
  readonly annotation: string;
  readonly step: number;
  readonly measure: "AUC" | "|r|";
  readonly detectors: readonly Detector[];
}

export interface Match {
  readonly sample: number;
  readonly start: number;
  readonly end: number;
  readonly score: number;
}

export interface Pattern {
  readonly units: readonly number[];
  /** How many there are; `units` holds the strongest of them. */
  readonly unit_count: number;
  readonly matches: readonly Match[];
}

/** One array of an answer as numbers; empty where the answer has none of that name. */
export function numbersOf(tensors: Tensors | null, name: string): number[] {
  const data = tensors?.get(name)?.data;
  return data === undefined ? [] : Array.from(data as ArrayLike<number | bigint>, Number);
}
