/** Answers of the routes that analyse a run. */
import type { Tensor } from "./safetensors.ts";

export type {
  Contribution,
  Detector,
  Detectors,
  Findings,
  ListedFinding as Finding,
  Match,
  Pattern,
  PrintedExplanation as Explanation,
} from "./routes.ts";

export type Tensors = ReadonlyMap<string, Tensor>;

/** One array of an answer as numbers; empty if the answer lacks it. */
export function numbersOf(tensors: Tensors | null, name: string): number[] {
  const data = tensors?.get(name)?.data;
  return data === undefined ? [] : Array.from(data as ArrayLike<number | bigint>, Number);
}
