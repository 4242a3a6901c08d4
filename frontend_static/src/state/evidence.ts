/** From a finding to the picture that shows it. */
import type { Finding } from "../api/analyses.ts";
import type { Selection } from "./selection.ts";

/** Timesteps beside those concerned, so that these can be seen against something. */
const AROUND = 2;

/** Its layer, its units on top, its sample and timesteps in view; the step stays, as findings are of the one that is shown. */
export function evidenceOf({ layer, signal, units, timesteps, sample }: Finding): Partial<Selection> {
  const [unit, timestep] = [units[0], timesteps[0]];
  const [first, last] = [Math.min(...timesteps), Math.max(...timesteps)];
  return {
    layer,
    signal,
    ...(sample === null ? {} : { sample }),
    pinned: units,
    only: units.length > 0,
    window: timesteps.length === 0 ? null : { from: Math.max(0, first - AROUND), to: last + 1 + AROUND },
    pin: unit === undefined && timestep === undefined ? null : { unit: unit ?? 0, timestep: timestep ?? 0 },
  };
}
