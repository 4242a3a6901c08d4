/** What the user looks at: the one thing that lives in the URL. */
import type { RunInfo } from "../api/types.ts";
import type { Params } from "../host/hash.ts";
import type { Cell } from "../maths/hit.ts";
import type { TimeWindow } from "../maths/window.ts";

export interface Selection {
  readonly run: string | null;
  readonly layer: string | null;
  readonly sample: number | null;
  readonly step: number | null;
  /** null: the whole time axis. */
  readonly window: TimeWindow | null;
  /** The crosshair where a click or the keyboard left it. */
  readonly pin: Cell | null;
}

export const NOTHING: Selection = {
  run: null,
  layer: null,
  sample: null,
  step: null,
  window: null,
  pin: null,
};

function number(text: string | undefined): number | null {
  if (text === undefined || text.trim() === "") return null;
  const value = Number(text);
  return Number.isFinite(value) ? value : null;
}

function natural(text: string | undefined): number | null {
  const value = number(text);
  return value !== null && Number.isInteger(value) && value >= 0 ? value : null;
}

export function fromParams(params: Params): Selection {
  const [from, to] = [number(params.from), number(params.to)];
  const [timestep, unit] = [natural(params.timestep), natural(params.unit)];
  return {
    run: params.run ?? null,
    layer: params.layer ?? null,
    sample: natural(params.sample),
    step: natural(params.step),
    window: from !== null && to !== null && to > from ? { from, to } : null,
    pin: timestep !== null && unit !== null ? { timestep, unit } : null,
  };
}

const short = (value: number) => String(Number(value.toFixed(2)));

export function toParams(selection: Selection): Params {
  const { run, layer, sample, step, window, pin } = selection;
  const params: Record<string, string> = {};
  if (run !== null) params.run = run;
  if (layer !== null) params.layer = layer;
  if (sample !== null) params.sample = String(sample);
  if (step !== null) params.step = String(step);
  if (window !== null) Object.assign(params, { from: short(window.from), to: short(window.to) });
  if (pin !== null) Object.assign(params, { timestep: String(pin.timestep), unit: String(pin.unit) });
  return params;
}

/** The captured step nearest to a wanted one; of two equally near, the earlier. */
export function nearestStep(steps: readonly number[], wanted: number): number | null {
  let best: number | null = null;
  for (const step of steps) {
    if (best === null || Math.abs(step - wanted) < Math.abs(best - wanted)) best = step;
  }
  return best;
}

/**
 * Fills what is missing and drops what the run does not have.
 * The step defaults to the last one; a step that was chosen stays, however many come after it.
 */
export function resolve(wanted: Selection, run: RunInfo): Selection {
  const layer = run.layers.find(({ key }) => key === wanted.layer) ?? run.layers[0];
  // A run whose probe file is lost names no samples, yet its traces hold at least one.
  const samples = Math.max(1, run.samples.length);
  const sample = wanted.sample !== null && wanted.sample < samples ? wanted.sample : 0;
  const step = wanted.step === null ? (run.steps.at(-1) ?? null) : nearestStep(run.steps, wanted.step);
  const pin = wanted.pin;
  const inside =
    pin !== null && layer !== undefined && pin.timestep < layer.timesteps && pin.unit < layer.units;
  const window = wanted.window !== null && layer !== undefined && wanted.window.from < layer.timesteps;
  return {
    run: run.run,
    layer: layer?.key ?? null,
    sample,
    step,
    window: window ? wanted.window : null,
    pin: inside ? pin : null,
  };
}

/** The step `by` captured steps away, stopping at the ends. */
export function neighbourStep(steps: readonly number[], step: number | null, by: number): number | null {
  if (steps.length === 0) return null;
  const at = step === null ? steps.length - 1 : steps.indexOf(step);
  return steps[Math.max(0, Math.min(steps.length - 1, at + by))] ?? null;
}
