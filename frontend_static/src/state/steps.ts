/** The captured steps of a run: neighbours, what comes next, and what is fetched ahead. */

/** How many steps ahead are fetched. */
const AHEAD = 3;

/** The captured step nearest to a wanted one; of two equally near, the earlier. */
export function nearestStep(steps: readonly number[], wanted: number): number | null {
  let best: number | null = null;
  for (const step of steps) {
    if (best === null || Math.abs(step - wanted) < Math.abs(best - wanted)) best = step;
  }
  return best;
}

/** The step `by` captured steps away, stopping at the ends: the numbers of steps need not be consecutive. */
export function neighbourStep(steps: readonly number[], step: number | null, by: number): number | null {
  if (steps.length === 0) return null;
  const at = step === null ? steps.length - 1 : steps.indexOf(step);
  return steps[Math.max(0, Math.min(steps.length - 1, at + by))] ?? null;
}

/** The step that playing shows next, null at the end; playing that begins at the last step begins with the first. */
export function stepToPlay(steps: readonly number[], step: number | null, begins: boolean): number | null {
  const next = begins && step === steps.at(-1) ? steps[0] : neighbourStep(steps, step, 1);
  return next === step ? null : (next ?? null);
}

/** The steps that come next if the selection goes on in its direction: 1 forwards, -1 backwards, 0 nowhere. */
export function stepsAhead(steps: readonly number[], step: number | null, direction: number): number[] {
  const at = steps.indexOf(step ?? Number.NaN);
  if (direction === 0 || at < 0) return [];
  if (direction > 0) return steps.slice(at + 1, at + 1 + AHEAD);
  return steps.slice(Math.max(0, at - AHEAD), at).reverse();
}
