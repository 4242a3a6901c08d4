/** Where the crosshair stands; no unit while the pointer is on the time axis. */
export interface Cursor {
  readonly timestep: number;
  readonly unit: number | null;
}
