/** Where the crosshair stands; no unit while the pointer is on the time axis, a step while it is on an evolution. */
export interface Cursor {
  readonly timestep: number;
  readonly unit: number | null;
  /** A captured step, by its row. */
  readonly step: number | null;
}
