/** The units that are on in the brushed stretch, where else they are, and at which steps. */
import { numbersOf, type Tensors } from "../../api/analyses.ts";
import type { Pattern, RunInfo, SampleInfo } from "../../api/routes.ts";
import { sampleOf } from "../../state/batch_rows.ts";
import { layerOf } from "../../state/layers.ts";
import type { Selection } from "../../state/selection.ts";
import { type AnswerLookup, asSent, layerOfStep, type PanelQuery, query } from "../query.ts";

/** At every step, the share of a pattern that holds under the brush. */
export interface MatchHistory {
  readonly steps: readonly number[];
  /** Steps that are left out: their files are damaged. */
  readonly unreadable: readonly number[];
  readonly score: readonly number[];
}

export function parseMatchHistory(tensors: Tensors): MatchHistory {
  const [steps, unreadable] = [numbersOf(tensors, "steps"), numbersOf(tensors, "unreadable")];
  return { steps, unreadable, score: numbersOf(tensors, "score") };
}

/** The pattern keeps the step it was found at, so that it can be followed over training. */
export function matchQuery(selection: Selection): PanelQuery<Pattern> | null {
  const { brush, signal, threshold, matchStep } = selection;
  const at = layerOfStep({ ...selection, step: matchStep ?? selection.step });
  if (at === null || brush === null || signal === null) return null;
  const { sample, start, end } = brush;
  return query("match", { ...at, signal, sample, start, end, threshold }, asSent<Pattern>);
}

/** The pattern's strongest units at every step, as many as one request takes. */
export function matchHistoryQuery(
  selection: Selection,
  { units, max_units }: Pick<Pattern, "units" | "max_units">,
): PanelQuery<MatchHistory> | null {
  const { run, layer, brush, signal, threshold } = selection;
  if (run === null || layer === null || brush === null || signal === null || units.length === 0) return null;
  const { sample, start, end } = brush;
  const params = { run, layer, signal, sample, start, end, threshold };
  const strongest = units.slice(0, max_units).join(",");
  return query("match_history", { ...params, units: strongest }, parseMatchHistory);
}

/** The tokens of the sample that a row of the layer belongs to; null where that is not known. */
export function sampleQuery(
  { run: name, layer }: Selection,
  run: RunInfo,
  row: number,
): PanelQuery<SampleInfo> | null {
  const sample = sampleOf(run, layerOf(run, layer), row);
  return name === null || sample === null
    ? null
    : query("sample", { run: run.run, sample }, asSent<SampleInfo>);
}

export function queries(selection: Selection, run: RunInfo, answers: AnswerLookup) {
  const { brush } = selection;
  const match = matchQuery(selection);
  const pattern = answers.answer(match).data;
  const samples = new Set([...(brush ? [brush.sample] : []), ...samplesOf(pattern)]);
  return [
    match,
    pattern && matchHistoryQuery(selection, pattern),
    ...[...samples].map((sample) => sampleQuery(selection, run, sample)),
  ];
}

function samplesOf(pattern: Pattern | null): number[] {
  return (pattern?.matches ?? []).map(({ sample }) => sample);
}
