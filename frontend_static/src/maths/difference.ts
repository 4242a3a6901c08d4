/** A - B, and the scale that shows it. */
import { type Matrix, readRow } from "../api/trace.ts";
import type { Scale } from "./scale.ts";

/** a - b, value by value, or null when their shapes differ. */
export function difference(a: Matrix, b: Matrix): Matrix | null {
  const { timesteps, units } = a;
  if (b.timesteps !== timesteps || b.units !== units) return null;
  const dtype = a.dtype === "F64" || b.dtype === "F64" ? "F64" : "F32";
  const data = new (dtype === "F64" ? Float64Array : Float32Array)(timesteps * units);
  const [left, right] = [new Float64Array(units), new Float64Array(units)];
  for (let timestep = 0, at = 0; timestep < timesteps; timestep++) {
    readRow(a, timestep, left);
    readRow(b, timestep, right);
    for (let unit = 0; unit < units; unit++) data[at++] = (left[unit] as number) - (right[unit] as number);
  }
  return { dtype, timesteps, units, data };
}

/**
 * The scale of differences between two signals with these scales. It reaches to the widest difference that
 * their domains allow, so that it is the same at every step, divided by `contrast`: training moves a gate by
 * far less than its range.
 */
export function differenceScale(scale: Scale, other: Scale, contrast: number): Scale {
  const low = Math.min(scale.domain[0], other.domain[0]);
  const high = Math.max(scale.domain[1], other.domain[1]);
  const reach = (high - low) / contrast;
  return { kind: "diverging", domain: [-reach, reach] };
}
