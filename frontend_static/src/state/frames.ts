/** The data of one picture, fetched together, so that it is painted whole or not at all. */
import { hasPredictions, type Series } from "../api/arrays.ts";
import { ApiError, type Client, isAbort, sentenceOf } from "../api/client.ts";
import type { Trace } from "../api/trace.ts";
import type { SampleInfo, TraceKey } from "../api/types.ts";
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
}

/** One trace and what names its columns. */
export interface Part {
  readonly trace: Trace;
  readonly sample: SampleInfo | null;
  readonly series: Series | null;
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

/** A trace and its sample in the probe, null where that is not known. */
interface PartKey {
  readonly trace: TraceKey;
  readonly sample: number | null;
}

export class Frames {
  private readonly traces: Fetched<TraceKey, Trace>;
  private readonly samples: Fetched<SampleKey, { info: SampleInfo | null }>;
  private readonly series: Fetched<TraceKey, { series: Series | null }>;
  private readonly orders: Orders;
  /** Runs whose series are the same at every step, with the step at which they were fetched. */
  private readonly constant = new Map<string, number>();

  constructor(client: Pick<Client, "trace" | "sample" | "series" | "similarity">) {
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
    this.orders.abortAllBut(keys.map(({ order }) => order));
  }

  /** The tokens of one sample; none if the probe has none. */
  async tokens(run: string, sample: number): Promise<readonly string[]> {
    return (await this.samples.load({ run, sample })).info?.tokens ?? [];
  }

  clear(): void {
    for (const fetched of [this.traces, this.samples, this.series, this.orders]) fetched.clear();
    this.constant.clear();
  }

  private cachedPart(key: PartKey): Part | undefined {
    const trace = this.traces.cached(key.trace);
    if (key.sample === null) return trace && { trace, sample: null, series: null };
    const sample = this.samples.cached({ run: key.trace.run, sample: key.sample });
    const series = this.series.cached(this.seriesKey(key.trace, key.sample));
    if (trace === undefined || sample === undefined || series === undefined) return undefined;
    return { trace, sample: sample.info, series: series.series };
  }

  private async loadPart({ trace: key, sample }: PartKey): Promise<Part> {
    if (sample === null) return { trace: await this.traces.load(key), sample: null, series: null };
    const [trace, { info }, { series }] = await Promise.all([
      this.traces.load(key),
      this.samples.load({ run: key.run, sample }),
      this.series.load(this.seriesKey(key, sample)),
    ]);
    const known = this.constant.has(key.run);
    if (!known && series !== null && !hasPredictions(series)) this.constant.set(key.run, key.step);
    return { trace, sample: info, series };
  }

  /** The series of a run without predictions are fetched at one step for all. */
  private seriesKey({ run, step }: TraceKey, sample: number): TraceKey {
    return { run, layer: "", sample, step: this.constant.get(run) ?? step };
  }

  private seriesKeys({ trace, sample }: PartKey): TraceKey[] {
    return sample === null ? [] : [this.seriesKey(trace, sample)];
  }
}

function partsOf({ a, b, samples }: FrameKey): [PartKey, ...PartKey[]] {
  const [first, second] = samples ?? [a.sample, b?.sample ?? null];
  const part = { trace: a, sample: first };
  return b === null ? [part] : [part, { trace: b, sample: second }];
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
