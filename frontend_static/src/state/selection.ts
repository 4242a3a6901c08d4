/** The selection: what the user looks at, and all that the URL holds. */
import type { LayerInfo, RunInfo, SignalInfo } from "../api/types.ts";
import type { Brush } from "../maths/brush.ts";
import type { Cell } from "../maths/hit.ts";
import type { Ordering } from "../maths/order.ts";
import type { TimeWindow } from "../maths/window.ts";
import { rowsOf } from "./batch_rows.ts";
import { nearestStep } from "./steps.ts";

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

/** Has a member for each panel: panels/registry.ts declares them. */
// biome-ignore lint/suspicious/noEmptyInterface: it is empty here so that this module need not import the panels.
export interface PanelNames {}
export type Panel = keyof PanelNames;

/** The second picture, B. What is null is as in A. */
export interface Other {
  readonly run: string | null;
  readonly layer: string | null;
  readonly step: number | null;
}

/** The order of the rows. It belongs to one step, so that scrubbing does not shuffle the rows. */
export interface RowOrder {
  readonly by: Ordering;
  readonly signal: string | null;
  readonly step: number | null;
  /** B's step, for the change from A to B. */
  readonly otherStep: number | null;
}

export interface Selection {
  readonly run: string | null;
  readonly layer: string | null;
  /** A row of the layer: a sample of the probe, unless the layer has rows of its own. */
  readonly sample: number | null;
  readonly step: number | null;
  /** null: the whole time axis. */
  readonly window: TimeWindow | null;
  /** Where a click or the keyboard left the crosshair. */
  readonly pin: Cell | null;
  /** The signal that the panels are about. */
  readonly signal: string | null;
  readonly compare: Comparing;
  readonly other: Other;
  /** By how much colours are stronger than the scale's whole width makes them. */
  readonly contrast: number;
  /** Whether the colours of signals without a range reach to the extremes. */
  readonly extremes: boolean;
  readonly order: RowOrder;
  /** The units at the top, in this order. */
  readonly pinned: readonly number[];
  /** Whether the other units are hidden. */
  readonly only: boolean;
  /** Whether the statistics of the run are shown in place of a step. */
  readonly overview: boolean;
  /** How many other epochs the overview draws. */
  readonly overlay: number;
  /** Which panel is open beside the picture. */
  readonly panel: Panel | null;
  /** The annotation that detectors are ranked by; null is the first. */
  readonly annotation: string | null;
  /** The timesteps whose pattern is searched for elsewhere. */
  readonly brush: Brush | null;
  /** The step at which the pattern is taken; null is the selected one. */
  readonly matchStep: number | null;
  /** A unit counts as on above this value. */
  readonly threshold: number;
  /** Which weights are shown, "forget_gate/U"; null is the first gate's U. */
  readonly matrix: string | null;
  /** Whether the newest step is selected as it comes. */
  readonly follow: boolean;
  /** The text that is searched for in the tokens. */
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
  extremes: false,
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

/**
 * Fills what is missing and drops what the run does not have.
 *
 * The step defaults to the last one. A chosen step stays, however many come after it, unless the newest is followed.
 */
export function resolve(wanted: Selection, run: RunInfo, otherRun: RunInfo | null = null): Selection {
  const layer = run.layers.find(({ key }) => key === wanted.layer) ?? run.layers[0];
  const [units, timesteps] = [layer?.units ?? 0, layer?.timesteps ?? 0];
  const rows = rowsOf(run, layer).length;
  const newest = wanted.step === null || wanted.follow;
  const { sample, pin, pinned, brush, window, matchStep, signal } = wanted;
  const longest = Math.max(timesteps, layer ? (otherLayer(wanted, otherRun, layer.key)?.timesteps ?? 0) : 0);
  return {
    ...wanted,
    run: run.run,
    layer: layer?.key ?? null,
    sample: sample !== null && sample < rows ? sample : 0,
    step: newest ? (run.steps.at(-1) ?? null) : nearestStep(run.steps, wanted.step ?? 0),
    window: window !== null && window.from < longest ? window : null,
    pin: pin !== null && pin.timestep < timesteps && pin.unit < units ? pin : null,
    brush: brush !== null && brush.sample < rows && brush.end <= timesteps ? brush : null,
    matchStep: matchStep === null ? null : nearestStep(run.steps, matchStep),
    // The same array where all units are there, so that nothing is painted again for it.
    pinned: pinned.every((unit) => unit < units) ? pinned : pinned.filter((unit) => unit < units),
    signal: signalOf(layer, signal)?.name ?? null,
    other: otherRun ? ownStep(wanted.other, otherRun) : wanted.other,
    order: orderOf(wanted.order, layer, run.steps),
  };
}

/** The layer of B's run that is compared with A's: the chosen one, one of the same name, or the only one. */
export function otherLayer(
  { other, compare }: Pick<Selection, "other" | "compare">,
  run: RunInfo | null,
  first: string,
): LayerInfo | null {
  if (compare === "off" || run === null) return null;
  const { layers } = run;
  const named = layers.find(({ key }) => key === (other.layer ?? first));
  return named ?? (other.layer === null && layers.length === 1 ? layers[0] : null) ?? null;
}

/**
 * Which way the steps went from one selection to the next, 1 or -1; null if they did not, or if more than the step
 * has changed.
 */
export function directionOf(before: Selection, after: Selection): 1 | -1 | null {
  const { run, layer, sample, step, other } = before;
  if (run !== after.run || layer !== after.layer || sample !== after.sample || other !== after.other)
    return null;
  if (step === null || after.step === null || step === after.step) return null;
  return after.step > step ? 1 : -1;
}

/** B's own step, if it has one, is one that its run has captured. */
function ownStep(other: Other, { steps }: RunInfo): Other {
  const step = other.step === null ? null : nearestStep(steps, other.step);
  return step === other.step ? other : { ...other, step };
}

/** An order that this run can make: its signal is the layer's, and its step one that was captured. */
function orderOf(
  { by, signal, step, otherStep }: RowOrder,
  layer: LayerInfo | undefined,
  steps: readonly number[],
): RowOrder {
  if (by === "index") return BY_INDEX;
  const known = signalOf(layer, signal)?.name ?? null;
  return { by, signal: known, step: step === null ? null : nearestStep(steps, step), otherStep };
}

/** The wanted signal, else the cell's last own one: its hidden state, or of a custom cell the one named last. */
function signalOf(layer: LayerInfo | undefined, wanted: string | null): SignalInfo | undefined {
  const signals = layer?.signals ?? [];
  return (
    signals.find(({ name }) => name === wanted) ??
    signals.filter((signal) => signal.gradient_of === null).at(-1)
  );
}
