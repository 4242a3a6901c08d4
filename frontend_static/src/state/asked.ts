/** From a selection to the questions that its open panel has. */
import type { Pattern } from "../api/analyses.ts";
import type { Query } from "../api/client.ts";
import type { RunInfo } from "../api/types.ts";
import type { Selection } from "./selection.ts";

type Question = (selection: Selection, run: RunInfo) => Query | null;

/** A question about one step of a run, or null as long as there is none. */
function atStep(route: string, { run, step }: Selection, params: Query["params"] = {}): Query | null {
  return run === null || step === null ? null : { route, params: { run, step, ...params } };
}

function ofLayer(route: string, selection: Selection, params: Query["params"] = {}): Query | null {
  const { layer } = selection;
  return layer === null ? null : atStep(route, selection, { layer, ...params });
}

export const findingsAsk: Question = (selection) => atStep("findings", selection);

export const saturationAsk: Question = (selection) => ofLayer("saturation", selection);

export const horizonAsk: Question = (selection) => ofLayer("horizon", selection);

/** One cell of one lane, taken apart. */
export const explainAsk: Question = (selection) => {
  const { pin, sample, signal } = selection;
  if (pin === null || sample === null || signal === null) return null;
  return ofLayer("explain", selection, { signal, sample, timestep: pin.timestep, unit: pin.unit });
};

/** How far back the picked unit's state looks; of a gate's cell, the hidden state that it makes. */
export const reachAsk: Question = (selection, run) => {
  const { pin, sample, signal, layer } = selection;
  if (pin === null || sample === null) return null;
  const signals = run.layers.find(({ key }) => key === layer)?.signals ?? [];
  const isCell = signal === "cell_state" && signals.some(({ name }) => name === "cell_state");
  const state = isCell ? "cell_state" : "hidden_state";
  return ofLayer("reach", selection, { signal: state, sample, timestep: pin.timestep, unit: pin.unit });
};

export const weightsAsk: Question = (selection) => ofLayer("weights", selection);

export const weightHistoryAsk: Question = ({ run, layer }) =>
  run === null || layer === null ? null : { route: "weight_history", params: { run, layer } };

/** The annotation that was chosen, or the run's first. */
export function annotationOf({ annotation }: Selection, run: RunInfo): string | null {
  const known = run.annotations.map(({ name }) => name);
  return known.find((name) => name === annotation) ?? known[0] ?? null;
}

export const detectorsAsk: Question = (selection, run) => {
  const annotation = annotationOf(selection, run);
  return annotation === null ? null : atStep("detectors", selection, { annotation });
};

/** The picked unit as a detector, at every step. */
export const detectorHistoryAsk: Question = (selection, run) => {
  const annotation = annotationOf(selection, run);
  const { layer, signal, pinned, run: name } = selection;
  const unit = pinned[0];
  if (annotation === null || name === null || layer === null || signal === null || unit === undefined)
    return null;
  return { route: "detector_history", params: { run: name, annotation, layer, signal, unit } };
};

/** What the brushed stretch's units have in common. */
export const matchAsk: Question = (selection) => {
  const { brush, signal, threshold, matchStep } = selection;
  if (brush === null || signal === null) return null;
  const { sample, start, end } = brush;
  return ofLayer(
    "match",
    { ...selection, step: matchStep ?? selection.step },
    { signal, sample, start, end, threshold },
  );
};

/** The same pattern at every step, once its units are known. */
export function matchHistoryAsk(selection: Selection, units: readonly number[]): Query | null {
  const { run, layer, brush, signal, threshold } = selection;
  if (run === null || layer === null || brush === null || signal === null) return null;
  if (units.length === 0) return null;
  const { sample, start, end } = brush;
  const some = units.slice(0, MAX_UNITS).join(",");
  return {
    route: "match_history",
    params: { run, layer, signal, sample, start, end, threshold, units: some },
  };
}

/** What one sample is called, and its tokens. */
export function sampleAsk({ run }: Selection, sample: number): Query | null {
  return run === null ? null : { route: "sample", params: { run, sample } };
}

/** What a pattern that was found leaves to ask: since when it is there, and what is written at its places. */
export function patternAsks(selection: Selection, { units, matches }: Pattern): Query[] {
  const samples = new Set(matches.map(({ sample }) => sample));
  const asks = [matchHistoryAsk(selection, units), ...[...samples].map((one) => sampleAsk(selection, one))];
  return asks.filter((ask) => ask !== null);
}

/** An address has no room for more; the strongest come first. */
const MAX_UNITS = 200;

/** The tokens under the brush. */
const brushedAsk: Question = (selection) => selection.brush && sampleAsk(selection, selection.brush.sample);

const QUESTIONS: Readonly<Record<string, readonly Question[]>> = {
  value: [explainAsk],
  findings: [findingsAsk, saturationAsk],
  detectors: [detectorsAsk, detectorHistoryAsk],
  match: [matchAsk, brushedAsk],
  weights: [weightsAsk, weightHistoryAsk],
  memory: [horizonAsk, reachAsk],
};

/** Everything that the open panel wants to know first. */
export function asksOf(selection: Selection, run: RunInfo | null): Query[] {
  if (run === null || selection.overview) return [];
  const questions = QUESTIONS[selection.panel ?? ""] ?? [];
  return questions.map((question) => question(selection, run)).filter((ask) => ask !== null);
}
