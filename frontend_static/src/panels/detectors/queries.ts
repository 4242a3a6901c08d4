/** Which units track an annotation, and since when the picked one does. */
import { numbersOf, type Tensors } from "../../api/analyses.ts";
import type { Detectors, RunInfo } from "../../api/routes.ts";
import type { Selection } from "../../state/selection.ts";
import { asSent, type PanelQuery, query, stepOf } from "../query.ts";

/** One unit as a detector, at every step. */
export interface DetectorHistory {
  readonly steps: readonly number[];
  /** Steps that are left out: their files are damaged. */
  readonly unreadable: readonly number[];
  readonly score: readonly number[];
  /** The best score of any unit of the same signal. */
  readonly best: readonly number[];
}

export function parseDetectorHistory(tensors: Tensors): DetectorHistory {
  const [steps, unreadable] = [numbersOf(tensors, "steps"), numbersOf(tensors, "unreadable")];
  return { steps, unreadable, score: numbersOf(tensors, "score"), best: numbersOf(tensors, "best") };
}

/** The chosen annotation, or the run's first; null where it has none. */
export function annotationOf({ annotation }: Selection, run: RunInfo): string | null {
  const known = run.annotations.map(({ name }) => name);
  return known.find((name) => name === annotation) ?? known[0] ?? null;
}

export function detectorsQuery(selection: Selection, run: RunInfo): PanelQuery<Detectors> | null {
  const annotation = annotationOf(selection, run);
  const at = stepOf(selection);
  return at === null || annotation === null
    ? null
    : query("detectors", { ...at, annotation }, asSent<Detectors>);
}

export function detectorHistoryQuery(selection: Selection, run: RunInfo): PanelQuery<DetectorHistory> | null {
  const annotation = annotationOf(selection, run);
  const { layer, signal, pinned, run: name } = selection;
  const unit = pinned[0];
  if (annotation === null || name === null || layer === null || signal === null || unit === undefined)
    return null;
  const params = { run: name, annotation, layer, signal, unit };
  return query("detector_history", params, parseDetectorHistory);
}

export const queries = (selection: Selection, run: RunInfo) => [
  detectorsQuery(selection, run),
  detectorHistoryQuery(selection, run),
];
