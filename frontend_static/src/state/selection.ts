/** What the user looks at: the one thing that lives in the URL. */
import type { LayerInfo, RunInfo, SignalInfo, TraceKey } from "../api/types.ts";
import type { Brush } from "../maths/brush.ts";
import { isGradient } from "../maths/gradients.ts";
import type { Cell } from "../maths/hit.ts";
import type { Ordering } from "../maths/order.ts";
import type { TimeWindow } from "../maths/window.ts";

export type Comparing = "off" | "side" | "difference";
export const CONTRASTS = [1, 2, 5, 10] as const;
export const OVERLAYS = [0, 4, 12] as const;
export const ORDERINGS: readonly Ordering[] = [
  "index",
  "mean",
  "variance",
  "saturation",
  "change",
  "similarity",
];

/** In the order in which they are offered. */
export const PANELS = ["unit", "value", "findings", "detectors", "match", "weights", "memory"] as const;
export type Panel = (typeof PANELS)[number];

/** The second picture, B. What is null is as in the first. */
export interface Other {
  readonly run: string | null;
  readonly layer: string | null;
  readonly step: number | null;
}

/** The order of rows: by what, of which signal, and at which step, so that scrubbing does not shuffle them. */
export interface RowOrder {
  readonly by: Ordering;
  readonly signal: string | null;
  readonly step: number | null;
  /** B's, for the change from A to B. */
  readonly otherStep: number | null;
}

export interface Selection {
  readonly run: string | null;
  readonly layer: string | null;
  readonly sample: number | null;
  readonly step: number | null;
  /** null: the whole time axis. */
  readonly window: TimeWindow | null;
  /** The crosshair where a click or the keyboard left it. */
  readonly pin: Cell | null;
  /** The signal that the inspector is about. */
  readonly signal: string | null;
  readonly compare: Comparing;
  readonly other: Other;
  /** How many times a difference is drawn stronger than its scale's whole width would. */
  readonly contrast: number;
  readonly order: RowOrder;
  /** Units at the top, in this order. */
  readonly pinned: readonly number[];
  /** Whether the other units are put away. */
  readonly only: boolean;
  readonly overview: boolean;
  /** How many other epochs the overview draws. */
  readonly overlay: number;
  /** Which panel is open beside the picture. */
  readonly panel: Panel | null;
  /** The annotation that detectors are ranked by; null is the first. */
  readonly annotation: string | null;
  /** Timesteps whose pattern is looked for elsewhere. */
  readonly brush: Brush | null;
  /** The step at which the brushed units were found; null is the one shown. */
  readonly matchStep: number | null;
  /** Above it a unit counts as on. */
  readonly threshold: number;
  /** Which weights are shown, "forget_gate/U"; null is the first gate's U. */
  readonly matrix: string | null;
  /** Whether the newest step is shown as it comes. */
  readonly follow: boolean;
  readonly find: string;
}

export const AS_FIRST: Other = { run: null, layer: null, step: null };
export const BY_INDEX: RowOrder = { by: "index", signal: null, step: null, otherStep: null };

export const NOTHING: Selection = {
  run: null,
  layer: null,
  sample: null,
  step: null,
  window: null,
  pin: null,
  signal: null,
  compare: "off",
  other: AS_FIRST,
  contrast: 1,
  order: BY_INDEX,
  pinned: [],
  only: false,
  overview: false,
  overlay: 4,
  panel: null,
  annotation: null,
  brush: null,
  matchStep: null,
  threshold: 0.3,
  matrix: null,
  follow: false,
  find: "",
};

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
 * The step defaults to the last one; a step that was chosen stays, however many come after it, unless the
 * newest is followed.
 */
export function resolve(wanted: Selection, run: RunInfo, otherRun: RunInfo | null = null): Selection {
  const layer = run.layers.find(({ key }) => key === wanted.layer) ?? run.layers[0];
  // A run whose probe file is lost names no samples, yet its traces hold at least one.
  const samples = Math.max(1, run.samples.length);
  const sample = wanted.sample !== null && wanted.sample < samples ? wanted.sample : 0;
  const newest = wanted.step === null || wanted.follow;
  const step = newest ? (run.steps.at(-1) ?? null) : nearestStep(run.steps, wanted.step ?? 0);
  const { pin, pinned, brush } = wanted;
  const inside =
    pin !== null && layer !== undefined && pin.timestep < layer.timesteps && pin.unit < layer.units;
  const window = wanted.window !== null && layer !== undefined && wanted.window.from < layer.timesteps;
  return {
    ...wanted,
    run: run.run,
    layer: layer?.key ?? null,
    sample,
    step,
    window: window ? wanted.window : null,
    pin: inside ? pin : null,
    brush: brush !== null && brush.sample < samples && brush.end <= (layer?.timesteps ?? 0) ? brush : null,
    matchStep: wanted.matchStep === null ? null : nearestStep(run.steps, wanted.matchStep),
    pinned: pinned.filter((unit) => unit < (layer?.units ?? 0)),
    signal: signalOf(run, layer?.key ?? null, wanted.signal),
    other: otherRun ? ownStep(wanted.other, otherRun) : wanted.other,
    order: orderOf(wanted.order, layer, run.steps),
  };
}

/** B's own step, if it has one, is one that its run has captured. */
function ownStep(other: Other, { steps }: RunInfo): Other {
  const step = other.step === null ? null : nearestStep(steps, other.step);
  return step === other.step ? other : { ...other, step };
}

/** An order that this run can make: its signal and step are the layer's and the run's own. */
function orderOf(
  { by, signal, step, otherStep }: RowOrder,
  layer: LayerInfo | undefined,
  steps: readonly number[],
): RowOrder {
  if (by === "index") return BY_INDEX;
  const signals = layer?.signals ?? [];
  const known = (signals.find(({ name }) => name === signal) ?? lastOwn(signals))?.name ?? null;
  return { by, signal: known, step: step === null ? null : nearestStep(steps, step), otherStep };
}

function lastOwn(signals: readonly SignalInfo[]): SignalInfo | undefined {
  return signals.filter(({ name }) => !isGradient(name)).at(-1);
}

/** A state is what most people ask of first: the hidden one is every known cell's last signal. */
function signalOf(run: RunInfo, layer: string | null, wanted: string | null): string | null {
  const signals = run.layers.find(({ key }) => key === layer)?.signals ?? [];
  return (signals.find(({ name }) => name === wanted) ?? lastOwn(signals))?.name ?? null;
}

/** The step `by` captured steps away, stopping at the ends. */
export function neighbourStep(steps: readonly number[], step: number | null, by: number): number | null {
  if (steps.length === 0) return null;
  const at = step === null ? steps.length - 1 : steps.indexOf(step);
  return steps[Math.max(0, Math.min(steps.length - 1, at + by))] ?? null;
}

export function keyOf(selection: Selection, step: number | null = selection.step): TraceKey | null {
  const { run, layer, sample } = selection;
  if (run === null || layer === null || sample === null || step === null) return null;
  return { run, layer, sample, step };
}

/**
 * The place of B, null unless two are compared: what it does not say itself is as in A, as far as its run has it.
 * A step that B's run did not capture is the nearest that it did.
 */
export function otherKey(selection: Selection, run: RunInfo | null, first: TraceKey): TraceKey | null {
  const { other, compare } = selection;
  if (compare === "off" || run === null) return null;
  const layer =
    run.layers.find(({ key }) => key === (other.layer ?? first.layer)) ??
    (other.layer === null && run.layers.length === 1 ? run.layers[0] : undefined);
  const step = nearestStep(run.steps, other.step ?? first.step);
  if (layer === undefined || step === null) return null;
  return { run: run.run, layer: layer.key, sample: first.sample, step };
}
