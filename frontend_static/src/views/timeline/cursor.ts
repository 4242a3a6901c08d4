/** The cell under the pointer. */
import { type Place, rowOf } from "../../maths/stage.ts";
import type { Lane } from "../../state/lanes.ts";

/** Where the crosshair stands; no unit while the pointer is on the time axis, a step while it is on an evolution. */
export interface Cursor {
  readonly timestep: number;
  readonly unit: number | null;
  /** A captured step, by its row. */
  readonly step: number | null;
}

/** The unit, or of an evolution the step's row, that a place lies on. */
export function cursorAt({ timestep, lane: index, pane, share }: Place, lanes: readonly Lane[]): Cursor {
  const lane = lanes[index ?? -1];
  const plot = lane?.plots[pane];
  if (lane === undefined || plot === undefined || typeof plot === "string")
    return { timestep, unit: null, step: null };
  const row = rowOf(share, plot.order.length);
  const at = row === null ? null : (plot.order[row] ?? null);
  return lane.rows === "steps" ? { timestep, unit: null, step: at } : { timestep, unit: at, step: null };
}

export function sameCursor(a: Cursor | null, b: Cursor | null): boolean {
  return a?.timestep === b?.timestep && a?.unit === b?.unit && a?.step === b?.step;
}
