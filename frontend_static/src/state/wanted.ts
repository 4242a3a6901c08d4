/** From a selection to the keys of what it needs, and from what came to a view. */
import type { LayerInfo, RunInfo, TraceKey } from "../api/types.ts";
import type { Frame, FrameKey, Part } from "./frames.ts";
import type { OrderKey } from "./orders.ts";
import { otherKey, type Selection } from "./selection.ts";
import type { Side, View } from "./view.ts";

/** What a session knows while it decides. */
export interface Known {
  readonly selection: Selection;
  readonly run: RunInfo | null;
  readonly otherRun: RunInfo | null;
}

export function frameKeyOf(known: Known, a: TraceKey): FrameKey | null {
  const layer = layerOf(known.run, a.layer);
  if (layer === undefined) return null;
  return { a, b: otherKey(known.selection, known.otherRun, a), order: orderKeyOf(known, a, layer) };
}

function frozen(key: TraceKey | null, step: number | null): TraceKey | null {
  return key && { ...key, step: step ?? key.step };
}

function layerOf(run: RunInfo | null, key: string): LayerInfo | undefined {
  return run?.layers.find((layer) => layer.key === key);
}

function orderKeyOf(known: Known, shown: TraceKey, layer: LayerInfo): OrderKey {
  const { order } = known.selection;
  const info = layer.signals.find(({ name }) => name === order.signal);
  const a = { ...shown, step: order.step ?? shown.step };
  const b =
    order.by === "change" ? frozen(otherKey(known.selection, known.otherRun, a), order.otherStep) : null;
  const by = info === undefined ? "index" : order.by;
  return { by, signal: info?.name ?? "", units: layer.units, range: info?.range ?? null, a, b };
}

/** The view of a frame that has come. */
export function viewOf(known: Known, frame: Frame): View {
  const { run, otherRun, selection } = known;
  const a = sideOf(run, frame.a);
  const b = frame.b && sideOf(otherRun, frame.b);
  if (a === null) throw new Error("The run no longer has this layer.");
  const fault = selection.compare === "off" || b !== null ? null : (frame.fault ?? whyNot(known, a));
  const { order, orderFault } = frame;
  return { compare: selection.compare, a, b, fault, order, orderFault };
}

function sideOf(run: RunInfo | null, { trace, sample, series }: Part): Side | null {
  const layer = layerOf(run, trace.key.layer);
  // What was asked of one run is never shown as another's.
  return run === null || run.run !== trace.key.run || layer === undefined
    ? null
    : { trace, run, layer, sample, series };
}

/** Why there is nothing that B could be. */
function whyNot({ selection, otherRun }: Known, a: Side): string {
  if (otherRun === null)
    return `The run “${selection.other.run}” is not here (any more): choose another for B.`;
  if (otherRun.steps.length === 0) return `The run “${otherRun.run}” has no captured ${otherRun.unit} yet.`;
  return `The run “${otherRun.run}” has no layer “${a.layer.key}”: choose one of its layers for B.`;
}
