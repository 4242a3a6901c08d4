/** The weights' matrices by gate, as pictures and as columns of histograms. */
import type { Tensor } from "../../api/safetensors.ts";
import type { Matrix } from "../../api/trace.ts";
import { stepAxis } from "../../charts/axes.ts";

/** One of a gate's matrices: `kind` is W, U, b or recurrent_b. */
export interface MatrixName {
  readonly gate: string;
  readonly kind: string;
}

/** The kinds of matrices by gate, in the answer's order. */
export function gatesOf(names: Iterable<string>): ReadonlyMap<string, readonly string[]> {
  const gates = new Map<string, string[]>();
  for (const name of names) {
    const [gate = "", kind = ""] = name.split("/");
    gates.set(gate, [...(gates.get(gate) ?? []), kind]);
  }
  return gates;
}

/** The chosen matrix, or the first gate's U where there is none of that name; null without gates. */
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
 * A matrix as a picture: a row for each unit, a column for each number it reads. The columns of a convolution are the
 * kernel's places, each with all its channels; a bias is one row.
 */
export function pictureOf(tensor: Tensor): Matrix | null {
  const picture = pictures.get(tensor) ?? toPicture(tensor);
  if (picture !== null) pictures.set(tensor, picture);
  return picture;
}

/** The same picture for the same matrix, so that it is not painted again. */
const pictures = new WeakMap<Tensor, Matrix>();

function toPicture({ dtype, shape, data }: Tensor): Matrix | null {
  if (!(data instanceof Uint16Array || data instanceof Float32Array || data instanceof Float64Array))
    return null;
  const last = shape.at(-1) ?? 0;
  const [timesteps, units] = shape.length === 1 ? [last, 1] : [last > 0 ? data.length / last : 0, last];
  return { dtype: dtype as Matrix["dtype"], timesteps, units, data };
}

/** Where the column of each step begins, and where the last one ends: halfway between neighbours on the training axis. */
export function columnEdges(steps: readonly number[], all: readonly number[], width: number): number[] {
  const centres = steps.map(stepAxis(all, width).x);
  const inner = centres.slice(1).map((x, i) => (x + (centres[i] ?? x)) / 2);
  return [0, ...inner, width];
}

/** How dark a bin is, 0 to 1: logarithmic, or the tails would not show beside the middle. */
export function shade(count: number, most: number): number {
  return most > 0 ? Math.log1p(count) / Math.log1p(most) : 0;
}
