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

type SampleKey = Pick<TraceKey, "run" | "sample">;

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
    const [scalesA, scalesB] = key.scales;
    const [a, order] = [this.cachedPart(key.a, scalesA), this.orders.cached(key.order)];
    const b = key.b && this.cachedPart(key.b, scalesB ?? scalesA);
    if (a === undefined || order === undefined || b === undefined) return undefined;
    return { a, b, order, fault: null, orderFault: null };
  }

  /** Rejects if A cannot be fetched; without B or the order there is still a picture. */
  async load(key: FrameKey): Promise<Frame> {
    let fault: string | null = null;
    let orderFault: string | null = null;
    const [scalesA, scalesB] = key.scales;
    const [a, b, order] = await Promise.all([
      this.loadPart(key.a, scalesA),
      key.b &&
        this.loadPart(key.b, scalesB ?? scalesA).catch((error: unknown) => {
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
      this.traces.prefetch(part);
      this.series.prefetch(this.seriesKey(part));
    }
  }

  /** Aborts every fetch but those for `keys`. */
  abortAllBut(keys: readonly FrameKey[]): void {
    const parts = keys.flatMap(partsOf);
    this.traces.abortAllBut([...parts, ...keys.flatMap(({ order }) => Orders.tracesOf(order))]);
    this.series.abortAllBut(parts.map((part) => this.seriesKey(part)));
    this.scales.abortAllBut(keys.flatMap(({ scales }) => scales.filter((one) => one !== null)));
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

  private cachedPart(key: TraceKey, scaleKey: ScaleKey): Part | undefined {
    const trace = this.traces.cached(key);
    const sample = this.samples.cached(sampleKey(key));
    const series = this.series.cached(this.seriesKey(key));
    const scales = this.scales.cached(scaleKey);
    if (trace === undefined || sample === undefined || series === undefined || scales === undefined)
      return undefined;
    return { trace, sample: sample.info, series: series.series, scales: scales.scales };
  }

  private async loadPart(key: TraceKey, scaleKey: ScaleKey): Promise<Part> {
    const [trace, { info }, { series }, { scales }] = await Promise.all([
      this.traces.load(key),
      this.samples.load(sampleKey(key)),
      this.series.load(this.seriesKey(key)),
      this.scales.load(scaleKey),
    ]);
    const known = this.constant.has(key.run);
    if (!known && series !== null && !hasPredictions(series)) this.constant.set(key.run, key.step);
    return { trace, sample: info, series, scales };
  }

  /** The series of a run without predictions are fetched at one step for all. */
  private seriesKey(key: TraceKey): TraceKey {
    const { run, sample } = key;
    return { run, layer: "", sample, step: this.constant.get(run) ?? key.step };
  }
}

function partsOf({ a, b }: FrameKey): TraceKey[] {
  return b === null ? [a] : [a, b];
}

function sampleKey({ run, sample }: TraceKey): SampleKey {
  return { run, sample };
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
