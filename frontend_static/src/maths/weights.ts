/** Weights by gate, as pictures: which there are, as rows and columns, and as histograms over training. */
import type { Tensor } from "../api/safetensors.ts";
import type { Matrix } from "../api/trace.ts";
import { stepX } from "./training.ts";

/** One of a gate's matrices: `kind` is W, U, b or recurrent_b. */
export interface MatrixName {
  readonly gate: string;
  readonly kind: string;
}

/** The gates, each with its matrices, in the answer's order. */
export function gatesOf(names: Iterable<string>): ReadonlyMap<string, readonly string[]> {
  const gates = new Map<string, string[]>();
  for (const name of names) {
    const [gate = "", kind = ""] = name.split("/");
    gates.set(gate, [...(gates.get(gate) ?? []), kind]);
  }
  return gates;
}

/** The matrix that was chosen; where there is none of that name, the first gate's U. */
export function chosenMatrix(
  wanted: string | null,
  gates: ReadonlyMap<string, readonly string[]>,
): MatrixName | null {
  const [gate = "", kind = ""] = (wanted ?? "").split("/");
  if (gates.get(gate)?.includes(kind)) return { gate, kind };
  const first = gates.keys().next().value;
  return first === undefined ? null : { gate: first, kind: "U" };
}

/**
 * A matrix as a picture: a row for each unit, a column for each number it reads. Of a convolution the columns are the
 * kernel's places, each with all its channels; a bias is one row.
 */
export function pictureOf(tensor: Tensor): Matrix | null {
  const picture = pictures.get(tensor) ?? toPicture(tensor);
  if (picture !== null) pictures.set(tensor, picture);
  return picture;
}

/** What is the same matrix is not painted anew. */
const pictures = new WeakMap<Tensor, Matrix>();

function toPicture({ dtype, shape, data }: Tensor): Matrix | null {
  if (!(data instanceof Uint16Array || data instanceof Float32Array || data instanceof Float64Array))
    return null;
  const last = shape.at(-1) ?? 0;
  const [timesteps, units] = shape.length === 1 ? [last, 1] : [last > 0 ? data.length / last : 0, last];
  return { dtype: dtype as Matrix["dtype"], timesteps, units, data };
}

/** Where the column of each step begins, and the last one ends: halfway to its neighbours on the training axis. */
export function columnEdges(steps: readonly number[], all: readonly number[], width: number): number[] {
  const centres = steps.map((step) => stepX(step, all, width));
  const inner = centres.slice(1).map((x, i) => (x + (centres[i] ?? x)) / 2);
  return [0, ...inner, width];
}

/** How dark a bin is, 0 to 1: the logarithm of its count, or the tails would not show beside the middle. */
export function shade(count: number, most: number): number {
  return most > 0 ? Math.log1p(count) / Math.log1p(most) : 0;
}
