/** The norms over time of the loss' gradients. */
import { type Matrix, valueAt } from "../api/trace.ts";

const norms = new WeakMap<Matrix, Float64Array>();

/** The Euclidean norm over units at each timestep; NaN at padding. */
export function normOverTime(gradient: Matrix): Float64Array {
  const known = norms.get(gradient);
  if (known !== undefined) return known;
  const made = new Float64Array(gradient.timesteps);
  for (let t = 0; t < gradient.timesteps; t++) {
    let sum = 0;
    for (let unit = 0; unit < gradient.units; unit++) sum += valueAt(gradient, t, unit) ** 2;
    made[t] = Math.sqrt(sum);
  }
  norms.set(gradient, made);
  return made;
}

/** How many powers of ten below its largest possible value a norm is drawn. */
export const DECADES = 8;

/**
 * The ends of a norm's logarithmic axis, as powers of ten, the same at every step: the top is what the norm would be if
 * all units were at the extremes that any step has. null where there is none.
 */
export function normDomain(
  extremes: readonly [number, number] | null,
  units: number,
): [number, number] | null {
  const largest = extremes === null ? 0 : Math.max(-extremes[0], extremes[1]);
  if (!(largest > 0)) return null;
  const top = Math.ceil(Math.log10(largest * Math.sqrt(units)));
  return [top - DECADES, top];
}
