/** Statistics of whole runs, for the overview: from the event file, without any trace. */
import { ApiError, type Client } from "../api/client.ts";
import { NO_SUMMARY, type Summary } from "../api/summary.ts";
import type { LayerInfo, RunInfo, SignalKey } from "../api/types.ts";
import { Fetched } from "./fetched.ts";
import { keyOf, otherKey, type Selection } from "./selection.ts";

const MB = 1024 * 1024;

type SummaryKey = Omit<SignalKey, "sample">;

/** One run's layer at one step, as far as its statistics have come. */
export interface OverviewEntry {
  /** What the legend calls it: "run · epoch 3". */
  readonly label: string;
  readonly run: string;
  readonly layer: string;
  /** The step that is wanted; TensorBoard may not have kept it. */
  readonly step: number;
  /** By name; a signal that has not arrived is absent. */
  readonly signals: ReadonlyMap<string, Summary>;
}

export class Overviews {
  entries: readonly OverviewEntry[] = [];
  /** A's layer, with the signals that B's alone has, too. */
  layer: LayerInfo | null = null;
  private readonly fetched: Fetched<SummaryKey, Summary>;
  private readonly onChange: () => void;
  private turn = 0;

  constructor(client: Pick<Client, "summary">, onChange: () => void) {
    this.onChange = onChange;
    this.fetched = new Fetched(
      (key, signal) => client.summary(key, signal).catch(noneIfNotFound),
      ({ values }) => values.byteLength,
      64 * MB,
    );
  }

  want(selection: Selection, run: RunInfo | null, otherRun: RunInfo | null): void {
    const turn = ++this.turn;
    const places = placesOf(selection, run, otherRun);
    this.layer = withSignalsOfAll(places.map(({ layer }) => layer));
    const keys = places.flatMap(keysOf);
    this.fetched.hold(keys);
    this.build(places);
    for (const key of keys) {
      if (this.fetched.cached(key) !== undefined) continue;
      this.fetched
        .load(key)
        .then(() => {
          if (turn !== this.turn) return;
          this.build(places);
          this.onChange();
        })
        .catch(() => {
          // TensorBoard does not answer: the signal goes on saying that it is awaited, and the next reload asks again.
          if (turn === this.turn) this.onChange();
        });
    }
  }

  clear(): void {
    this.turn++;
    this.entries = [];
    this.layer = null;
    this.fetched.clear();
  }

  private build(places: readonly OverviewPlace[]): void {
    this.entries = places.map((place) => {
      const { run, layer, step } = place;
      // What its cell does not have is known to be missing; what is not here yet is not.
      const lacking = (this.layer?.signals ?? []).filter(({ name }) => !hasSignal(layer, name));
      const signals = new Map(lacking.map(({ name }) => [name, NO_SUMMARY]));
      for (const key of keysOf(place)) {
        const summary = this.fetched.cached(key);
        if (summary !== undefined) signals.set(key.signal, summary);
      }
      return { label: `${run.run} · ${run.unit} ${step}`, run: run.run, layer: layer.key, step, signals };
    });
  }
}

function hasSignal({ signals }: LayerInfo, wanted: string): boolean {
  return signals.some(({ name }) => name === wanted);
}

function withSignalsOfAll([first, ...others]: readonly LayerInfo[]): LayerInfo | null {
  if (first === undefined) return null;
  const more = others.flatMap(({ signals }) => signals.filter(({ name }) => !hasSignal(first, name)));
  return { ...first, signals: [...first.signals, ...more] };
}

/** What the event file says nothing about is no failure. */
function noneIfNotFound(error: unknown): Summary {
  if (error instanceof ApiError && error.status === 404) return NO_SUMMARY;
  throw error;
}

interface OverviewPlace {
  readonly run: RunInfo;
  readonly layer: LayerInfo;
  readonly step: number;
}

function placesOf(selection: Selection, run: RunInfo | null, otherRun: RunInfo | null): OverviewPlace[] {
  const a = keyOf(selection);
  const b = a && otherKey(selection, otherRun, a);
  return [place(run, a?.layer, a?.step), place(otherRun, b?.layer, b?.step)].filter((one) => one !== null);
}

function place(run: RunInfo | null, key: string | undefined, step: number | undefined): OverviewPlace | null {
  const layer = run?.layers.find((one) => one.key === key);
  return run === null || layer === undefined || step === undefined ? null : { run, layer, step };
}

function keysOf({ run, layer }: OverviewPlace): SummaryKey[] {
  return layer.signals.map(({ name }) => ({ run: run.run, layer: layer.key, signal: name }));
}
