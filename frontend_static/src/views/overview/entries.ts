/** What is drawn of each entry: the kept step of each signal, and the notes about it. */
import { NO_SUMMARY, type Summary } from "../../api/summary.ts";
import type { SignalInfo, StepUnit } from "../../api/types.ts";
import { reach, spread } from "../../maths/bands.ts";
import { signalScale } from "../../maths/scale.ts";
import type { OverviewEntry } from "../../state/overviews.ts";
import { nearestStep } from "../../state/steps.ts";

/** One signal of one entry, at the kept step nearest to the entry's. */
export interface Shown {
  /** The entry's place, for its colour. */
  readonly entry: number;
  /** The entry's label, with the step that is shown in place of its own. */
  readonly label: string;
  readonly summary: Summary;
  readonly row: number;
}

/** Without the entries that have nothing (yet). */
export function shownOf(entries: readonly OverviewEntry[], signal: string): Shown[] {
  return entries.flatMap(({ label, step, signals }, entry) => {
    const summary = signals.get(signal) ?? NO_SUMMARY;
    const nearest = nearestStep(summary.steps, step);
    if (nearest === null) return [];
    const shownLabel = nearest === step ? label : `${label} (${nearest} is shown)`;
    return [{ entry, label: shownLabel, summary, row: summary.steps.indexOf(nearest) }];
  });
}

/** The entries that are known to have nothing, by their places. */
export function missingOf(entries: readonly OverviewEntry[], signal: string): number[] {
  return entries.flatMap(({ signals }, i) => (signals.get(signal)?.steps.length === 0 ? [i] : []));
}

export function sameShown(a: readonly Shown[], b: readonly Shown[] | undefined): boolean {
  return (
    a.length === b?.length &&
    a.every((one, i) => {
      const other = b[i] as Shown;
      return (
        one.entry === other.entry &&
        one.label === other.label &&
        one.summary === other.summary &&
        one.row === other.row
      );
    })
  );
}

/** `count` of the steps that all signals of the entry have, so that one legend fits all charts. */
export function overlaySteps(entry: OverviewEntry | undefined, count: number): number[] {
  const lists = [...(entry?.signals.values() ?? [])]
    .map(({ steps }) => steps)
    .filter((steps) => steps.length);
  const sets = lists.map((steps) => new Set(steps));
  return spread(lists[0]?.filter((step) => sets.every((steps) => steps.has(step))) ?? [], count);
}

/** Sentences about the kept steps that stand in for the entry's own; `signals` says what they are called. */
export function standIns(entry: OverviewEntry, unit: StepUnit, signals: readonly SignalInfo[]): string[] {
  const known = [...entry.signals].filter(([, { steps }]) => steps.length > 0);
  const names = new Map<string, string[]>();
  for (const [name, { steps }] of known) {
    const nearest = nearestStep(steps, entry.step);
    if (nearest === null || nearest === entry.step) continue;
    const why =
      entry.step > (steps.at(-1) as number)
        ? `TensorBoard has not read ${unit} ${entry.step} yet`
        : `TensorBoard has no statistics of ${unit} ${entry.step}`;
    const sentence = `${why}: ${unit} ${nearest} is shown`;
    names.set(sentence, [
      ...(names.get(sentence) ?? []),
      signals.find((one) => one.name === name)?.label ?? name,
    ]);
  }
  return [...names].map(([sentence, of]) =>
    of.length === known.length ? sentence : `${sentence} (${of.join(", ")})`,
  );
}

/** With zero; the same at every step, and wide enough for the bands of both entries, or where there are none the extremes. */
export function domainOf(
  signal: Pick<SignalInfo, "range" | "extremes">,
  shown: readonly Shown[],
): readonly [number, number] {
  const { range } = signal;
  const reaches = shown.map(({ summary }) => reach(summary)).filter((one) => one !== null);
  // B's function may have no such range: then the chart shows all there is.
  if (range !== null && reaches.every(([low, high]) => low >= range[0] && high <= range[1])) {
    return signalScale(signal).domain;
  }
  const known = [range, ...(reaches.length > 0 ? reaches : [signal.extremes])].filter((one) => one !== null);
  if (known.length === 0) return [-1, 1];
  const low = Math.min(0, ...known.map(([least]) => least));
  const high = Math.max(0, ...known.map(([, most]) => most));
  return low < high ? [low, high] : [low, low + 1];
}
