/** The data of one picture, fetched together, so that it is painted whole or not at all. */
import { hasPredictions, type Series } from "../api/arrays.ts";
import { ApiError, type Client, isAbort, sentenceOf } from "../api/client.ts";
import type { Trace } from "../api/trace.ts";
import type { SampleInfo, ScaleKey, Scales, TraceKey } from "../api/types.ts";
import { identityOrder } from "../maths/units.ts";
import { Fetched } from "./fetched.ts";
import { type OrderKey, Orders } from "./orders.ts";

const MB = 1024 * 1024;

export interface FrameKey {
  readonly a: TraceKey;
  readonly b: TraceKey | null;
  readonly order: OrderKey;
  /** The probe's samples of A and of B, null where not known; absent where the keys' rows are these samples. */
  readonly samples?: readonly [number | null, number | null];
  /** Of A's and of B's layer. */
  readonly scales: readonly [ScaleKey, ScaleKey | null];
}

/** One trace, what names its columns, and how far its colours reach. */
export interface Part {
  readonly trace: Trace;
  readonly sample: SampleInfo | null;
  readonly series: Series | null;
  /** Empty where the server cannot tell: then the extremes are the scale. */
  readonly scales: Scales;
}

export interface Frame {
  readonly a: Part;
  readonly b: Part | null;
  /** Why B, though its key was given, is not there. */
  readonly fault: string | null;
  readonly order: Uint32Array;
  /** Why the rows are not in the selected order. */
  readonly orderFault: string | null;
}

interface SampleKey {
  readonly run: string;
  readonly sample: number;
}

/** A trace, its sample in the probe, null where that is not known, and its layer's scales. */
interface PartKey {
  readonly trace: TraceKey;
  readonly sample: number | null;
  readonly scales: ScaleKey;
}

type Names = Pick<Part, "sample" | "series">;

/** Of a row whose sample is not known. */
const NAMELESS: Names = { sample: null, series: null };

export class Frames {
  private readonly traces: Fetched<TraceKey, Trace>;
  private readonly samples: Fetched<SampleKey, { info: SampleInfo | null }>;
  private readonly series: Fetched<TraceKey, { series: Series | null }>;
  private readonly scales: Fetched<ScaleKey, { scales: Scales }>;
  private readonly orders: Orders;
  /** Runs whose series are the same at every step, with the step at which they were fetched. */
  private readonly constant = new Map<string, number>();

  constructor(client: Pick<Client, "trace" | "sample" | "series" | "scales" | "similarity">) {
    this.traces = new Fetched(
      (key, signal) => client.trace(key, signal),
      ({ bytes }) => bytes,
      192 * MB,
    );
    // The trace is worth seeing without tokens, annotations and series, too.
    this.samples = new Fetched(
      async (key, signal) => ({ info: await orNull(client.sample(key.run, key.sample, signal)) }),
      () => 1,
      1000,
    );
    this.series = new Fetched(
      async (key, signal) => ({ series: await orNull(client.series(key, signal)) }),
      () => 1,
      200,
    );
    this.scales = new Fetched(
      async (key, signal) => ({ scales: (await orNull(client.scales(key, signal))) ?? new Map() }),
      () => 1,
      100,
    );
    this.orders = new Orders(client, this.traces);
  }

  /** The frame if all of it is here, else undefined. */
  cached(key: FrameKey): Frame | undefined {
    const [first, second = null] = partsOf(key);
    const [a, order] = [this.cachedPart(first), this.orders.cached(key.order)];
    const b = second && this.cachedPart(second);
    if (a === undefined || order === undefined || b === undefined) return undefined;
    return { a, b, order, fault: null, orderFault: null };
  }

  /** Rejects if A cannot be fetched; without B or the order there is still a picture. */
  async load(key: FrameKey): Promise<Frame> {
    let fault: string | null = null;
    let orderFault: string | null = null;
    const [first, second = null] = partsOf(key);
    const [a, b, order] = await Promise.all([
      this.loadPart(first),
      second &&
        this.loadPart(second).catch((error: unknown) => {
          if (isAbort(error)) throw error;
          fault = sentenceOf(error);
          return null;
        }),
      this.orders.load(key.order).catch((error: unknown) => {
        if (isAbort(error)) throw error;
        orderFault = sentenceOf(error);
        return identityOrder(key.order.units);
      }),
    ]);
    return { a, b, order, fault, orderFault };
  }

  prefetch(key: FrameKey): void {
    for (const part of partsOf(key)) {
      this.traces.prefetch(part.trace);
      for (const series of this.seriesKeys(part)) this.series.prefetch(series);
    }
  }

  /** Aborts every fetch but those for `keys`. */
  abortAllBut(keys: readonly FrameKey[]): void {
    const parts = keys.flatMap(partsOf);
    this.traces.abortAllBut([
      ...parts.map(({ trace }) => trace),
      ...keys.flatMap(({ order }) => Orders.tracesOf(order)),
    ]);
    this.series.abortAllBut(parts.flatMap((part) => this.seriesKeys(part)));
    this.scales.abortAllBut(parts.map(({ scales }) => scales));
    this.orders.abortAllBut(keys.map(({ order }) => order));
  }

  /** The tokens of one sample; none if the probe has none. */
  async tokens(run: string, sample: number): Promise<readonly string[]> {
    return (await this.samples.load({ run, sample })).info?.tokens ?? [];
  }

  clear(): void {
    for (const fetched of [this.traces, this.samples, this.series, this.scales, this.orders]) fetched.clear();
    this.constant.clear();
  }

  private cachedPart(key: PartKey): Part | undefined {
    const trace = this.traces.cached(key.trace);
    const scales = this.scales.cached(key.scales);
    const named = this.cachedNames(key);
    if (trace === undefined || scales === undefined || named === undefined) return undefined;
    return { trace, scales: scales.scales, ...named };
  }

  private cachedNames({ trace, sample }: PartKey): Names | undefined {
    if (sample === null) return NAMELESS;
    const found = this.samples.cached({ run: trace.run, sample });
    const series = this.series.cached(this.seriesKey(trace, sample));
    return found && series && { sample: found.info, series: series.series };
  }

  private async loadPart(key: PartKey): Promise<Part> {
    const [trace, named, { scales }] = await Promise.all([
      this.traces.load(key.trace),
      this.loadNames(key),
      this.scales.load(key.scales),
    ]);
    return { trace, scales, ...named };
  }

  private async loadNames({ trace: key, sample }: PartKey): Promise<Names> {
    if (sample === null) return NAMELESS;
    const [{ info }, { series }] = await Promise.all([
      this.samples.load({ run: key.run, sample }),
      this.series.load(this.seriesKey(key, sample)),
    ]);
    const known = this.constant.has(key.run);
    if (!known && series !== null && !hasPredictions(series)) this.constant.set(key.run, key.step);
    return { sample: info, series };
  }

  /** The series of a run without predictions are fetched at one step for all. */
  private seriesKey({ run, step }: TraceKey, sample: number): TraceKey {
    return { run, layer: "", sample, step: this.constant.get(run) ?? step };
  }

  private seriesKeys({ trace, sample }: PartKey): TraceKey[] {
    return sample === null ? [] : [this.seriesKey(trace, sample)];
  }
}

function partsOf({ a, b, samples, scales }: FrameKey): [PartKey, ...PartKey[]] {
  const [first, second] = samples ?? [a.sample, b?.sample ?? null];
  const part = { trace: a, sample: first, scales: scales[0] };
  return b === null ? [part] : [part, { trace: b, sample: second, scales: scales[1] ?? scales[0] }];
}

async function orNull<V>(answer: Promise<V>): Promise<V | null> {
  try {
    return await answer;
  } catch (error) {
    // A server that is away or in trouble may answer a moment later.
    if (!(error instanceof ApiError) || error.status < 400 || error.status >= 500) throw error;
    return null;
  }
}
