/** Turns a finding into the selection that shows it. */
import type { ListedFinding } from "../../api/routes.ts";
import type { Selection } from "../../state/selection.ts";

/** Timesteps shown on either side of those concerned, for comparison. */
const AROUND = 2;

/** Selects its layer, sample and timesteps, with its units on top. The step stays: findings are of the selected one. */
export function evidenceOf({ layer, signal, units, timesteps, sample }: ListedFinding): Partial<Selection> {
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
