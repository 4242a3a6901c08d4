/** The explanation of one value. */
import type { Explanation } from "../../api/routes.ts";
import type { Selection } from "../../state/selection.ts";
import { asSent, layerOfStep, type PanelQuery, query } from "../query.ts";

export function explainQuery(selection: Selection): PanelQuery<Explanation> | null {
  const { pin, sample, signal } = selection;
  const at = layerOfStep(selection);
  if (at === null || pin === null || sample === null || signal === null) return null;
  const { timestep, unit } = pin;
  return query("explain", { ...at, signal, sample, timestep, unit }, asSent<Explanation>);
}

export const queries = (selection: Selection) => [explainQuery(selection)];
