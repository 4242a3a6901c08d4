/** The tracks between the time axis and the lanes: annotations, inputs, targets, predictions and gradients over time. */
import type { ClassScores, Series } from "../api/arrays.ts";
import { isPadding, type Matrix, valueAt } from "../api/trace.ts";
import type { AnnotationInfo } from "../api/types.ts";
import { formatEnd } from "../maths/format.ts";
import { normDomain, normOverTime } from "../maths/gradients.ts";
import { type Side, tokensOf } from "./view.ts";

/** One line of a track. */
export interface Line {
  /** NaN where there is none. */
  readonly values: ArrayLike<number>;
  readonly tone: "soft" | "accent";
}

export interface Track {
  readonly name: string;
  readonly kind: "flag" | "line";
  /** Flags are one "line" of zeros and ones. */
  readonly lines: readonly Line[];
  /** The text for one timestep: in full, and short enough for the column of names. */
  readonly text: (timestep: number) => string;
  readonly brief?: (timestep: number) => string;
  /** The values at the bottom and the top; null for the smallest and largest of the lines. */
  readonly domain: readonly [number, number] | null;
}

/** The tracks of one side whose length is that of its time axis. */
export function tracksOf(side: Side): Track[] {
  const { layer, series, run } = side;
  if (!layer.over_time) return [];
  const tracks = run.annotations.map((annotation) => annotationTrack(annotation, side));
  if (series !== null) tracks.push(...seriesTracks(series, tokensOf(side) !== null));
  tracks.push(...gradientTracks(side));
  return tracks.filter((track) => track.lines.every(({ values }) => values.length === layer.timesteps));
}

function annotationTrack({ name, kind }: AnnotationInfo, { sample }: Side): Track {
  const given = sample?.annotations[name] ?? [];
  const values = given.map((value) => value ?? Number.NaN);
  return {
    name,
    kind: kind === "flag" ? "flag" : "line",
    lines: [{ values, tone: "soft" }],
    text: (timestep) => annotationText(kind, given[timestep]),
    domain: null,
  };
}

export function annotationText(kind: "flag" | "number", value: number | null | undefined): string {
  if (value === null || value === undefined) return "–";
  if (kind === "flag") return value ? "yes" : "no";
  return shortText(value);
}

const PADDING = "padding";

/** The norms of the gradients. Only a logarithmic axis shows where they vanish. */
function gradientTracks({ layer, trace }: Side): Track[] {
  return layer.signals
    .filter((signal) => signal.gradient_of !== null)
    .flatMap(({ name, letter, extremes, units, gradient_of: state }) => {
      const [matrix, domain] = [trace.signals.get(name), normDomain(extremes, units)];
      if (matrix === undefined || domain === null) return [];
      const norms = normOverTime(matrix);
      // A norm of 0 is below every power of ten: it is drawn at the bottom.
      const values = norms.map((norm) => (norm === 0 ? domain[0] : Math.log10(norm)));
      return [
        {
          name: `log ‖∂L/∂${letter ?? state}‖`,
          kind: "line" as const,
          lines: [{ values, tone: "accent" as const }],
          brief: (t: number) => (isPadding(trace, t) ? PADDING : formatEnd(norms[t] ?? Number.NaN)),
          text: (t: number) =>
            `${isPadding(trace, t) ? PADDING : norms[t]}, axis 1e${domain[0]} to 1e${domain[1]}`,
          domain,
        },
      ];
    });
}

function shortText(value: number): string {
  return Number.isInteger(value) && Math.abs(value) < 1e6
    ? String(value).replace("-", "−")
    : formatEnd(value);
}

function columns(matrix: Matrix): Float64Array[] {
  const { timesteps, units } = matrix;
  return Array.from({ length: units }, (_, unit) =>
    Float64Array.from({ length: timesteps }, (_, timestep) => valueAt(matrix, timestep, unit)),
  );
}

function lines(matrix: Matrix | undefined, tone: Line["tone"]): Line[] {
  return matrix === undefined ? [] : columns(matrix).map((values) => ({ values, tone }));
}

function at(these: readonly Line[], timestep: number): string {
  return these.map(({ values }) => shortText(values[timestep] ?? Number.NaN)).join(", ");
}

function plainTrack(name: string, matrix: Matrix): Track {
  const soft = lines(matrix, "soft");
  return { name, kind: "line", lines: soft, text: (timestep) => at(soft, timestep), domain: null };
}

/** Inputs are left out where tokens show better what the network reads. */
function seriesTracks(series: Series, hasTokens: boolean): Track[] {
  const { inputs, targets, predictions, classes } = series;
  const shown: Track[] = [];
  if (!hasTokens) for (const [name, matrix] of inputs) shown.push(plainTrack(name, matrix));
  // A few numbers per timestep are scores of classes only if the targets are classes; otherwise they are predictions.
  const isClasses = (name: string) => classes.get(name)?.target != null || !predictions.has(name);
  const pairs = [...predictions].filter(([name]) => !classes.has(name) || !isClasses(name));
  const outputs = new Set([...predictions.keys(), ...classes.keys()]);
  const only = targets.size === 1 && outputs.size === 1 ? [...targets.values()][0] : undefined;
  const targetOf = (name: string) => targets.get(name) ?? only;
  for (const [name, matrix] of pairs) shown.push(predictionTrack(name, matrix, targetOf(name)));
  for (const [name, scores] of classes) if (isClasses(name)) shown.push(classTrack(name, scores));
  if (outputs.size === 0) for (const [name, matrix] of targets) shown.push(plainTrack(name, matrix));
  return shown;
}

function predictionTrack(name: string, prediction: Matrix, target: Matrix | undefined): Track {
  const [soft, accent] = [lines(target, "soft"), lines(prediction, "accent")];
  return {
    name,
    kind: "line",
    lines: [...soft, ...accent],
    text: (t) => (soft.length === 0 ? at(accent, t) : `${at(accent, t)} for ${at(soft, t)}`),
    // The target is the same at every step, and so is an axis that comes from it.
    domain: soft.length === 0 ? null : widened(extentOf(soft)),
  };
}

/** With room for predictions beyond the targets; what lies beyond that is drawn at the edge. */
function widened(extent: readonly [number, number] | null): readonly [number, number] | null {
  if (extent === null) return null;
  const [low, high] = extent;
  const room = (high - low) / 4;
  return [low - room, high + room];
}

/** The smallest and largest finite value; null when there is none. */
export function extentOf(lines: readonly Line[]): [number, number] | null {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const { values } of lines) {
    for (let t = 0; t < values.length; t++) {
      const value = values[t] as number;
      if (!Number.isFinite(value)) continue;
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
  }
  return low <= high ? [low, high] : null;
}

function classTrack(name: string, { best, bestScore, target, targetScore }: ClassScores): Track {
  const right = target !== null && targetScore !== null;
  return {
    name: right ? `${name}, target` : `${name}, best`,
    kind: "line",
    lines: [{ values: right ? targetScore : bestScore, tone: "accent" }],
    brief: (t) => shortText((right ? targetScore : bestScore)[t] ?? Number.NaN),
    text: (t) => {
      const guess = `best ${shortText(bestScore[t] ?? Number.NaN)}, class ${best[t] ?? "–"}`;
      return right ? `${shortText(targetScore[t] ?? Number.NaN)}, ${guess}` : guess;
    },
    // Scores of classes are probabilities unless the network ends in logits.
    domain: isProbability(bestScore) ? [0, 1] : null,
  };
}

function isProbability(scores: Float32Array): boolean {
  return scores.every((score) => !(score < 0 || score > 1));
}
