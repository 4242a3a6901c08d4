/** What is logged in training. */
import type { RunInfo } from "../api/types.ts";

/** The loss as Keras names it, or whatever was logged first. */
export interface Loss {
  readonly name: string;
  /** One per captured step; NaN or infinite where it was logged as such, null where it is not known. */
  readonly values: readonly (number | null)[];
}

export function lossOf({
  logs,
  not_finite: notFinite,
  steps,
}: Pick<RunInfo, "logs" | "not_finite" | "steps">): Loss | null {
  const name = "loss" in logs ? "loss" : Object.keys(logs)[0];
  const finite = name === undefined ? undefined : logs[name];
  if (name === undefined || finite === undefined) return null;
  const broken = new Map((notFinite[name] ?? []).map(({ step, value }) => [step, Number(value)]));
  return { name, values: finite.map((value, i) => value ?? broken.get(steps[i] as number) ?? null) };
}

/** The stretches of steps at which a value was logged that is not finite, by the indices of their first and last. */
export function brokenStretches(values: readonly (number | null)[]): [number, number][] {
  const stretches: [number, number][] = [];
  for (const [i, value] of values.entries()) {
    if (value === null || Number.isFinite(value)) continue;
    const last = stretches.at(-1);
    if (last !== undefined && last[1] === i - 1) last[1] = i;
    else stretches.push([i, i]);
  }
  return stretches;
}
