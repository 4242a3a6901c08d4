/** A selection as the parameters of the URL, and back. Only what differs from the default is written. */
import type { Params } from "../host/hash.ts";
import { formatUnits, parseUnits } from "../maths/units.ts";
import { PANELS } from "../panels/registry.ts";
import {
  CONTRASTS,
  type Comparing,
  NOTHING,
  ORDERINGS,
  OVERLAYS,
  type Panel,
  type Selection,
} from "./selection.ts";

const COMPARING: readonly Comparing[] = ["off", "side", "difference"];
/** No layer is wider: a range in an address written by hand must not fill the memory. */
const MAX_UNITS = 65536;

function number(text: string | undefined): number | null {
  if (text === undefined || text.trim() === "") return null;
  const value = Number(text);
  return Number.isFinite(value) ? value : null;
}

function natural(text: string | undefined): number | null {
  const value = number(text);
  return value !== null && Number.isInteger(value) && value >= 0 ? value : null;
}

/** One of the known values, else the default. */
function oneOf<T>(known: readonly T[], wanted: unknown, otherwise: T): T {
  return known.find((one) => one === wanted) ?? otherwise;
}

export function fromParams(params: Params): Selection {
  const [from, to] = [number(params.from), number(params.to)];
  const [timestep, unit] = [natural(params.timestep), natural(params.unit)];
  const [start, end] = [natural(params.start), natural(params.end)];
  const brushed = natural(params.brush_sample) ?? natural(params.sample) ?? 0;
  return {
    run: params.run ?? null,
    layer: params.layer ?? null,
    sample: natural(params.sample),
    step: natural(params.step),
    window: from !== null && to !== null && to > from ? { from, to } : null,
    pin: timestep !== null && unit !== null ? { timestep, unit } : null,
    signal: params.signal ?? null,
    compare: oneOf(COMPARING, params.compare, "off"),
    other: {
      run: params.other_run ?? null,
      layer: params.other_layer ?? null,
      step: natural(params.other_step),
    },
    contrast: oneOf<number>(CONTRASTS, number(params.contrast), 1),
    extremes: params.colours === "extremes",
    order: {
      by: oneOf(ORDERINGS, params.order, "index"),
      signal: params.order_signal ?? null,
      step: natural(params.order_step),
      otherStep: natural(params.order_other_step),
    },
    pinned: parseUnits(params.pinned ?? "", MAX_UNITS).units,
    only: params.only === "1",
    overview: params.view === "overview",
    overlay: oneOf<number>(OVERLAYS, natural(params.overlay), NOTHING.overlay),
    panel: oneOf<Panel | null>(PANELS, params.panel, null),
    annotation: params.annotation ?? null,
    brush: start !== null && end !== null && end > start ? { sample: brushed, start, end } : null,
    matchStep: natural(params.match_step),
    threshold: number(params.threshold) ?? NOTHING.threshold,
    matrix: params.matrix ?? null,
    follow: params.follow === "1",
    find: params.find ?? "",
  };
}

const short = (value: number) => String(Number(value.toFixed(2)));

export function toParams(selection: Selection): Params {
  const { run, layer, sample, step, window, pin, compare, other, order, pinned, panel, brush } = selection;
  const written: Record<string, string | number | null> = {
    run,
    layer,
    sample,
    step,
    from: window && short(window.from),
    to: window && short(window.to),
    timestep: pin?.timestep ?? null,
    unit: pin?.unit ?? null,
    signal: panel === null ? null : selection.signal,
    compare: compare === "off" ? null : compare,
    other_run: compare === "off" ? null : other.run,
    other_layer: compare === "off" ? null : other.layer,
    other_step: compare === "off" ? null : other.step,
    contrast: selection.contrast === 1 ? null : selection.contrast,
    colours: selection.extremes ? "extremes" : null,
    order: order.by === "index" ? null : order.by,
    order_signal: order.signal,
    order_step: order.step,
    order_other_step: order.otherStep,
    pinned: pinned.length === 0 ? null : formatUnits(pinned),
    only: selection.only ? 1 : null,
    view: selection.overview ? "overview" : null,
    overlay: selection.overlay === NOTHING.overlay ? null : selection.overlay,
    panel,
    annotation: selection.annotation,
    brush_sample: brush === null || brush.sample === sample ? null : brush.sample,
    start: brush?.start ?? null,
    end: brush?.end ?? null,
    match_step: brush === null || selection.matchStep === step ? null : selection.matchStep,
    threshold: selection.threshold === NOTHING.threshold ? null : selection.threshold,
    matrix: selection.matrix,
    follow: selection.follow ? 1 : null,
    find: selection.find || null,
  };
  const params: Record<string, string> = {};
  for (const [name, value] of Object.entries(written)) {
    if (value !== null) params[name] = String(value);
  }
  return params;
}
