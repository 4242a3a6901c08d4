/** Named arrays of an answer. */
import type { Tensor } from "./safetensors.ts";

export type Tensors = ReadonlyMap<string, Tensor>;

/** One array of an answer as numbers; empty if the answer lacks it. */
export function numbersOf(tensors: Tensors, name: string): number[] {
  const data = tensors.get(name)?.data;
  return data === undefined ? [] : Array.from(data as ArrayLike<number | bigint>, Number);
}
