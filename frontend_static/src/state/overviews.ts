/** Statistics of whole runs, for the overview: read from the event file, without any trace. */
import { ApiError, type Client } from "../api/client.ts";
import { NO_SUMMARY, type Summary } from "../api/summary.ts";
import type { LayerInfo, SignalKey } from "../api/types.ts";
import { Fetched, idOf } from "./fetched.ts";
import type { Place } from "./picture.ts";

const MB = 1024 * 1024;

type SummaryKey = Omit<SignalKey, "sample">;

/** One run's layer at one step, as far as its statistics have come. */
export interface OverviewEntry {
  /** What the legend calls it: "run · epoch 3". */
  readonly label: string;
  readonly run: string;
  readonly layer: string;
  /** The selected step; TensorBoard may not have kept it. */
  readonly step: number;
  /** By name; a signal that has not arrived is absent. */
  readonly signals: ReadonlyMap<string, Summary>;
}

export class Overviews {
  entries: readonly OverviewEntry[] = [];
  /** A's layer, with the signals that B's alone has, too. */
  layer: LayerInfo | null = null;
  private places: readonly Place[] = [];
  /** Whether some fetch may have failed that is to be tried again. */
  private retries = false;
  private readonly fetched: Fetched<SummaryKey, Summary>;

  constructor(client: Pick<Client, "summary">, onChange: () => void) {
    this.fetched = new Fetched(
      (key, signal) => client.summary(key, signal).catch(noneIfNotFound),
      ({ values }) => values.byteLength,
      64 * MB,
      () => {
        this.build();
        onChange();
      },
    );
  }

  /** Fetches the statistics of these layers of runs, and no others. */
  want(places: readonly Place[]): void {
    if (!this.retries && samePlaces(places, this.places)) return;
    this.retries = false;
    this.places = places;
    this.layer = withSignalsOfAll(places.map(({ layer }) => layer));
    this.fetched.want(places.flatMap(keysOf));
    this.build();
  }

  /** Has the next `want` fetch again what did not come. */
  retry(): void {
    this.retries = true;
    this.fetched.retry();
  }

  clear(): void {
    this.places = [];
    this.entries = [];
    this.layer = null;
    this.fetched.clear();
  }

  private build(): void {
    this.entries = this.places.map((place) => {
      const { run, layer, key } = place;
      // A signal that the cell does not have is known to be missing; one that has not come yet is not.
      const lacking = (this.layer?.signals ?? []).filter(({ name }) => !hasSignal(layer, name));
      const signals = new Map(lacking.map(({ name }) => [name, NO_SUMMARY]));
      for (const one of keysOf(place)) {
        // One that did not come, because TensorBoard does not answer, stays awaited.
        const summary = this.fetched.cached(one);
        if (summary !== undefined) signals.set(one.signal, summary);
      }
      const label = `${run.run} · ${run.unit} ${key.step}`;
      return { label, run: run.run, layer: layer.key, step: key.step, signals };
    });
  }
}

function samePlaces(some: readonly Place[], others: readonly Place[]): boolean {
  return (
    some.length === others.length &&
    some.every(({ key, run }, i) => run === others[i]?.run && idOf(key) === idOf(others[i].key))
  );
}

function hasSignal({ signals }: LayerInfo, wanted: string): boolean {
  return signals.some(({ name }) => name === wanted);
}

function withSignalsOfAll([first, ...others]: readonly LayerInfo[]): LayerInfo | null {
  if (first === undefined) return null;
  const more = others.flatMap(({ signals }) => signals.filter(({ name }) => !hasSignal(first, name)));
  return { ...first, signals: [...first.signals, ...more] };
}

/** A signal without statistics in the event file is no failure. */
function noneIfNotFound(error: unknown): Summary {
  if (error instanceof ApiError && error.status === 404) return NO_SUMMARY;
  throw error;
}

function keysOf({ run, layer }: Place): SummaryKey[] {
  return layer.signals.map(({ name }) => ({ run: run.run, layer: layer.key, signal: name }));
}
