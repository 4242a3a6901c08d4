/** The findings at a step, and the saturation of each unit. */
import { numbersOf, type Tensors } from "../../api/analyses.ts";
import type { Findings } from "../../api/routes.ts";
import type { Selection } from "../../state/selection.ts";
import { asSent, layerOfStep, type PanelQuery, query, stepOf } from "../query.ts";

/** By unit of one signal, the share of its time at the low and at the high end of the range. */
export interface SaturationShares {
  readonly signal: string;
  readonly low: readonly number[];
  readonly high: readonly number[];
}

const LOW = "low/";

export function parseSaturation(tensors: Tensors): SaturationShares[] {
  const signals = [...tensors.keys()]
    .filter((name) => name.startsWith(LOW))
    .map((name) => name.slice(LOW.length));
  return signals.map((signal) => ({
    signal,
    low: numbersOf(tensors, `${LOW}${signal}`),
    high: numbersOf(tensors, `high/${signal}`),
  }));
}

export function findingsQuery(selection: Selection): PanelQuery<Findings> | null {
  const at = stepOf(selection);
  return at && query("findings", at, asSent<Findings>);
}

export function saturationQuery(selection: Selection): PanelQuery<SaturationShares[]> | null {
  const at = layerOfStep(selection);
  return at && query("saturation", at, parseSaturation);
}

export const queries = (selection: Selection) => [findingsQuery(selection), saturationQuery(selection)];
