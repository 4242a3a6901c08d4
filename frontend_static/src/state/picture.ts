/** From a selection to the picture that it asks for, and from the frame that came to the view that is painted. */
import type { LayerInfo, RunInfo, ScaleKey, TraceKey } from "../api/types.ts";
import { rowName, rowsOf, sameRow, sampleOf } from "./batch_rows.ts";
import { whyUnrelated } from "./correspondence.ts";
import { idOf } from "./fetched.ts";
import type { Frame, FrameKey, Part } from "./frames.ts";
import { layerOf } from "./layers.ts";
import type { OrderKey } from "./orders.ts";
import { type Comparing, otherLayer, type Selection } from "./selection.ts";
import { nearestStep } from "./steps.ts";
import type { Side, View } from "./view.ts";

/** A selection, and what is known of its runs. */
export interface Known {
  readonly selection: Selection;
  readonly run: RunInfo | null;
  /** B's run: A's, unless B has one of its own. */
  readonly otherRun: RunInfo | null;
}

/** A trace's key, with the run and the layer that it belongs to. */
export interface Place {
  readonly key: TraceKey;
  readonly run: RunInfo;
  readonly layer: LayerInfo;
}

/** Everything that decides what is painted. */
export interface Picture {
  readonly compare: Comparing;
  readonly a: Place;
  readonly b: Place | null;
  /** Why B, though selected, has no place. */
  readonly fault: string | null;
  readonly order: OrderKey;
  /** Why the rows are not in the selected order. */
  readonly orderFault: string | null;
}

/** The runs that a selection is about: A's and, if two are compared, B's. */
export function runsOf({ run, other, compare }: Selection): string[] {
  if (run === null) return [];
  return compare === "off" || other.run === null || other.run === run ? [run] : [run, other.run];
}

/** The trace of A; null as long as the selection does not name one. */
export function keyOf(selection: Selection, step: number | null = selection.step): TraceKey | null {
  const { run, layer, sample } = selection;
  if (run === null || layer === null || sample === null || step === null) return null;
  return { run, layer, sample, step };
}

/**
 * The trace of B, null unless two are compared: what B does not choose for itself is as in A, as far as its run has
 * it. For a step that its run did not capture stands the nearest one.
 */
export function otherKey(
  selection: Selection,
  run: RunInfo | null,
  first: TraceKey,
  firstRun: RunInfo | null,
): TraceKey | null {
  const layer = otherLayer(selection, run, first.layer);
  const step = run && nearestStep(run.steps, selection.other.step ?? first.step);
  if (run === null || firstRun === null || layer === null || step === null) return null;
  const rows = rowsOf(firstRun, layerOf(firstRun, first.layer));
  // A row whose sample is not known has a counterpart in its own layer alone.
  const isKnown = rows[first.sample]?.sample != null || layer.key === first.layer;
  const sample = isKnown ? sameRow(rows, first.sample, rowsOf(run, layer)) : null;
  return sample === null ? null : { run: run.run, layer: layer.key, sample, step };
}

/** The places of A and, if two are compared, of B. */
export function placesOf(
  { selection, run, otherRun }: Known,
  step: number | null = selection.step,
): [Place | null, Place | null] {
  const a = keyOf(selection, step);
  return [placeOf(run, a), placeOf(otherRun, a && otherKey(selection, otherRun, a, run))];
}

/** The picture of the selection at one step; null where its run has none. */
export function pictureOf(known: Known, step: number | null = known.selection.step): Picture | null {
  const { compare } = known.selection;
  const [a, b] = placesOf(known, step);
  if (a === null) return null;
  const fault = compare === "off" || b !== null ? null : whyNot(known, a);
  return { compare, a, b, fault, ...orderOf(known, a) };
}

export function frameKeyOf({ a, b, order }: Picture): FrameKey {
  const key = { a: a.key, b: b?.key ?? null, order, scales: [scaleKeyOf(a), b && scaleKeyOf(b)] as const };
  if (a.layer.rows === null && (b === null || b.layer.rows === null)) return key;
  return { ...key, samples: [probeSample(a), b && probeSample(b)] };
}

function scaleKeyOf({ key, run }: Place): ScaleKey {
  return { run: run.run, layer: key.layer, last: run.steps.at(-1) ?? null };
}

/** Whether two pictures are the same, painted from the same data. */
export function samePicture(one: Picture | null, other: Picture | null): boolean {
  if (one === null || other === null) return one === other;
  return (
    one.compare === other.compare &&
    one.fault === other.fault &&
    one.orderFault === other.orderFault &&
    one.a.run === other.a.run &&
    one.b?.run === other.b?.run &&
    idOf(frameKeyOf(one)) === idOf(frameKeyOf(other))
  );
}

/** The view of a picture whose frame has come. */
export function viewOf(picture: Picture, frame: Frame): View {
  const { compare, a, b, fault, orderFault } = picture;
  return {
    compare,
    a: sideOf(a, frame.a),
    b: b && frame.b && sideOf(b, frame.b),
    fault: fault ?? frame.fault,
    order: frame.order,
    orderFault: orderFault ?? frame.orderFault,
  };
}

function probeSample({ run, layer, key }: Place): number | null {
  return sampleOf(run, layer, key.sample);
}

function placeOf(run: RunInfo | null, key: TraceKey | null): Place | null {
  const layer = layerOf(run, key?.layer);
  return run === null || key === null || layer === undefined ? null : { key, run, layer };
}

function orderOf(
  { selection, otherRun }: Known,
  { key, layer, run }: Place,
): Pick<Picture, "order" | "orderFault"> {
  const { order } = selection;
  const info = layer.signals.find(({ name }) => name === order.signal);
  const a = { ...key, step: order.step ?? key.step };
  const b = order.by === "change" ? otherKey(selection, otherRun, a, run) : null;
  const other = placeOf(otherRun, b);
  // Units that do not correspond have not changed from A to B.
  const orderFault = other && whyUnrelated({ run, layer }, other);
  const isKnown = info !== undefined && orderFault === null;
  const found = {
    by: isKnown ? order.by : "index",
    signal: info?.name ?? "",
    units: layer.units,
    saturation: info?.saturation ?? null,
    a,
    b: isKnown && b ? { ...b, step: order.otherStep ?? b.step } : null,
  } as const;
  return { order: found, orderFault };
}

function sideOf({ run, layer }: Place, { trace, sample, series, scales }: Part): Side {
  return { trace, run, layer, sample, series, scales };
}

/** Why there is no place for B. */
function whyNot({ selection, otherRun }: Known, { layer, run, key }: Place): string {
  if (otherRun === null)
    return `The run “${selection.other.run}” is not here (any more): choose another for B.`;
  if (otherRun.steps.length === 0) return `The run “${otherRun.run}” has no captured ${otherRun.unit} yet.`;
  const other = otherLayer(selection, otherRun, layer.key);
  if (other !== null)
    return `Layer “${other.key}” of the run “${otherRun.run}” has no row that is known to be that of “${rowName(run, layer, key.sample)}”.`;
  return `The run “${otherRun.run}” has no layer “${layer.key}”: choose one of its layers for B.`;
}
