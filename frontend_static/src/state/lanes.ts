/** From a view to the rows of the timeline: what each heatmap shows, on which scale. */
import { ByteCache } from "../api/cache.ts";
import type { Matrix } from "../api/trace.ts";
import type { SignalInfo } from "../api/types.ts";
import { difference, differenceScale } from "../maths/difference.ts";
import { formatCount } from "../maths/format.ts";
import type { Mask } from "../maths/mask.ts";
import { joinScales, type Scale, signalScale } from "../maths/scale.ts";
import { firstUnits, identityOrder } from "../maths/units.ts";
import type { Evolved } from "../panels/unit/queries.ts";
import { whyUnrelated } from "./correspondence.ts";
import type { Selection } from "./selection.ts";
import type { Side, View } from "./view.ts";

/** How far the colours reach. */
export type Colours = Pick<Selection, "contrast" | "extremes">;

export interface Plot {
  readonly matrix: Matrix;
  readonly mask: Mask;
  /** Row r of the picture is unit (of an evolution: step) order[r]. */
  readonly order: Uint32Array;
}

export interface Lane {
  readonly signal: string;
  readonly label: string;
  /** What distinguishes it from other lanes with the same label. */
  readonly note: string;
  readonly scale: Scale;
  /** Whether values may lie beyond the scale's ends. */
  readonly clipped: boolean;
  /** What the rows are. */
  readonly rows: "units" | "steps";
  /** What one row and one column are called: "unit" and "timestep", or "head·key" and "query". */
  readonly nouns: readonly [row: string, column: string];
  /** One per pane; a sentence where there is nothing to paint. */
  readonly plots: readonly (Plot | string)[];
  /** A and B themselves, where the lane shows their difference. */
  readonly of: readonly [Matrix, Matrix] | null;
}

/** One lane for each signal of A, in its order, then one for each that B alone has. */
export function lanesOf(view: View, order: Uint32Array, colours: Colours): Lane[] {
  const { a, b, compare } = view;
  const names = [...new Set([a, ...(b ? [b] : [])].flatMap(signalNames))];
  const differs = compare === "difference" && b !== null;
  return names.map((name) =>
    differs ? differenceLane(a, b, name, order, colours) : plainLane(view, name, order, colours),
  );
}

/** One unit of one signal at every captured step, on a scale of its own where the signal has no range. */
export function evolutionLane(
  signal: SignalInfo,
  { key, data }: Evolved,
  panes: number,
  colours: Colours,
): Lane {
  const { steps, values, mask, extremes, typical } = data;
  const plot = { matrix: values, mask, order: identityOrder(steps.length) };
  return {
    signal: signal.name,
    label: signal.label,
    note: `unit ${key.unit}, all steps`,
    ...contrasted([{ info: { ...signal, extremes }, typical }], colours),
    rows: "steps",
    nouns: ["step", signal.position],
    plots: Array.from({ length: panes }, (_, pane) => (pane === 0 ? plot : "")),
    of: null,
  };
}

function signalNames({ layer, trace }: Side): string[] {
  return layer.signals.map(({ name }) => name).filter((name) => trace.signals.has(name));
}

function infoOf(side: Side | null, name: string): SignalInfo | undefined {
  return side?.layer.signals.find((signal) => signal.name === name);
}

/** Whether a signal has a range, so that it is known in advance how far its colours must reach. */
export function isBounded({ range }: SignalInfo): boolean {
  return range !== null;
}

/** A signal, by whichever side has it. */
function anyInfo(sides: readonly (Side | null)[], name: string): SignalInfo | undefined {
  return sides.map((side) => infoOf(side, name)).find((info) => info !== undefined);
}

function labelOf(sides: readonly (Side | null)[], name: string): string {
  return anyInfo(sides, name)?.label ?? name;
}

function nounsOf(sides: readonly (Side | null)[], name: string): [string, string] {
  const info = anyInfo(sides, name);
  return [info?.axes[1] ?? "unit", info?.position ?? "timestep"];
}

/** What the scale of a signal comes from. */
interface Reach {
  readonly info: Pick<SignalInfo, "range" | "extremes">;
  /** null where only the extremes are known. */
  readonly typical: readonly [number, number] | null;
}

/** Of the sides that have a signal. */
function reachesOf(sides: readonly (Side | null)[], name: string): Reach[] {
  return sides.flatMap((side) => {
    const info = infoOf(side, name);
    return info === undefined ? [] : [{ info, typical: side?.scales.get(name) ?? null }];
  });
}

/** One scale for all, as colours compare only on one: of the range, else of typical values or of the extremes. */
function commonScale(reaches: readonly Reach[], { extremes }: Pick<Colours, "extremes">): Scale {
  return reaches
    .map(({ info, typical }) =>
      signalScale(extremes || typical === null ? info : { ...info, extremes: typical }),
    )
    .reduce(joinScales);
}

function contrasted(reaches: readonly Reach[], colours: Colours): Pick<Lane, "scale" | "clipped"> {
  const { kind, domain } = commonScale(reaches, colours);
  const contrast = reaches.every(({ info }) => info.range !== null) ? 1 : colours.contrast;
  // A scale from zero keeps its zero, one about zero its middle.
  const [low, high] = domain.map((end) => end / contrast) as [number, number];
  const whole = commonScale(reaches, { extremes: true }).domain;
  return { scale: { kind, domain: [low, high] }, clipped: low > whole[0] || high < whole[1] };
}

function plainLane({ a, b, compare, fault }: View, name: string, order: Uint32Array, colours: Colours): Lane {
  const label = labelOf([a, b], name);
  const plots = [plotOf(a, name, label, order, true)];
  if (compare === "side") {
    const isLike = b !== null && b.layer.units === a.layer.units && whyUnrelated(a, b) === null;
    plots.push(b ? plotOf(b, name, label, order, isLike) : (fault ?? ""));
  }
  const second = compare === "off" ? null : b;
  return {
    signal: name,
    label,
    note: "",
    ...contrasted(reachesOf([a, second], name), colours),
    rows: "units",
    nouns: nounsOf([a, b], name),
    plots,
    of: null,
  };
}

function plotOf(
  { trace, layer }: Side,
  name: string,
  label: string,
  order: Uint32Array,
  isLikeFirst: boolean,
): Plot | string {
  const matrix = trace.signals.get(name);
  if (matrix === undefined) return `${layer.cell} has no ${label}`;
  return { matrix, mask: trace.mask, order: orderFor(order, isLikeFirst, layer.units, matrix.units) };
}

/** A layer whose units correspond to A's has A's order of rows; the units of any other keep their own. */
function orderFor(order: Uint32Array, isLikeFirst: boolean, layerUnits: number, units: number): Uint32Array {
  if (!isLikeFirst) return identityOrder(units);
  return units === layerUnits ? order : firstUnits(order, units);
}

function differenceLane(a: Side, b: Side, name: string, order: Uint32Array, colours: Colours): Lane {
  const [first, second] = [a.trace.signals.get(name), b.trace.signals.get(name)];
  const label = labelOf([a, b], name);
  const reaches = reachesOf([a, b], name);
  const lane = {
    signal: name,
    label,
    note: "",
    rows: "units" as const,
    nouns: nounsOf([a, b], name),
    scale: commonScale(reaches, colours),
    clipped: false,
  };
  if (first === undefined || second === undefined) {
    const without = first === undefined ? a : b;
    return { ...lane, plots: [`${without.layer.cell} has no ${label}: nothing to subtract`], of: null };
  }
  const isLike = first.timesteps === second.timesteps && first.units === second.units;
  if (isLike && whyUnrelated(a, b) !== null)
    return { ...lane, plots: ["not subtracted: the units of A and B do not correspond"], of: null };
  const own = reaches.map((one) => commonScale([one], colours));
  const scale = differenceScale(own[0] as Scale, own[1] as Scale, colours.contrast);
  const matrix = knownDifference(first, second);
  if (matrix === null) return { ...lane, scale, plots: [shapesDiffer(first, second)], of: null };
  const mask = bothMasks(a.trace.mask, b.trace.mask);
  const plot = { matrix, mask, order: orderFor(order, true, a.layer.units, matrix.units) };
  const clipped = scale.domain[1] < wholeReach(reaches);
  return { ...lane, scale, clipped, plots: [plot], of: [first, second] };
}

/** The widest difference that the extremes of both sides allow. */
function wholeReach(reaches: readonly Reach[]): number {
  const [a, b] = reaches.map((one) => commonScale([one], { extremes: true })) as [Scale, Scale];
  return differenceScale(a, b, 1).domain[1];
}

function shapesDiffer(a: Matrix, b: Matrix): string {
  const shape = ({ timesteps, units }: Matrix) =>
    `${formatCount(timesteps)} timesteps of ${formatCount(units)} units`;
  return `A has ${shape(a)}, B ${shape(b)}: only like shapes can be subtracted. Show them side by side.`;
}

/** The last few differences: one that is shown again is neither computed nor painted again. */
const differences = new ByteCache<Matrix | null>(32 * 2 ** 20);
const ids = new WeakMap<Matrix, number>();
let lastId = 0;

function idOf(matrix: Matrix): number {
  const id = ids.get(matrix) ?? ++lastId;
  ids.set(matrix, id);
  return id;
}

function knownDifference(a: Matrix, b: Matrix): Matrix | null {
  const key = `${idOf(a)} ${idOf(b)}`;
  const known = differences.get(key);
  if (known !== undefined) return known;
  const made = difference(a, b);
  differences.set(key, made, made?.data.byteLength ?? 0);
  return made;
}

const masks = new WeakMap<Uint8Array, WeakMap<Uint8Array, Uint8Array>>();

/** A difference is padding where either value is. */
function bothMasks(a: Uint8Array | null, b: Uint8Array | null): Uint8Array | null {
  if (a === null || b === null) return a ?? b;
  const known = masks.get(a) ?? new WeakMap<Uint8Array, Uint8Array>();
  masks.set(a, known);
  const made = known.get(b) ?? a.map((real, timestep) => real & (b[timestep] ?? 0));
  known.set(b, made);
  return made;
}
