/** Which values are padding: one flag per timestep, or one per value, 0 for padding; null where nothing is. */
import type { Matrix } from "../api/trace.ts";

export type Mask = Uint8Array | null;

export function isMasked(
  mask: Mask,
  { timesteps, units }: Pick<Matrix, "timesteps" | "units">,
  timestep: number,
  unit: number,
): boolean {
  if (mask === null) return false;
  return mask[mask.length === timesteps ? timestep : timestep * units + unit] === 0;
}

export function hasPadding(mask: Mask): boolean {
  return mask?.includes(0) ?? false;
}
