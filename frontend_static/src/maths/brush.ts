/** A stretch of one sample's timesteps, chosen with the mouse or from the keyboard. */

/** From the first timestep to the one after the last. */
export interface Brush {
  readonly sample: number;
  readonly start: number;
  readonly end: number;
}

/** From one timestep to another, both included, whichever comes first. */
export function brushBetween(sample: number, one: number, other: number): Brush {
  return { sample, start: Math.min(one, other), end: Math.max(one, other) + 1 };
}

/** One edge moved to a timestep; an edge that would pass the other one takes it along. */
export function brushTo(brush: Brush | null, sample: number, timestep: number, edge: "start" | "end"): Brush {
  if (brush === null || brush.sample !== sample) return brushBetween(sample, timestep, timestep);
  const { start, end } = brush;
  return edge === "start"
    ? { sample, start: timestep, end: Math.max(end, timestep + 1) }
    : { sample, start: Math.min(start, timestep), end: timestep + 1 };
}
