/** Orders of the rows, each computed once from the step that its key names. */
import type { Client } from "../api/client.ts";
import type { Matrix, Trace } from "../api/trace.ts";
import type { TraceKey } from "../api/types.ts";
import { type Ordering, orderBy, unitScores } from "../maths/order.ts";
import { identityOrder } from "../maths/units.ts";
import { Fetched } from "./fetched.ts";

export interface OrderKey {
  readonly by: Ordering;
  readonly signal: string;
  readonly units: number;
  /** The thresholds of the signal. */
  readonly saturation: readonly [number, number] | null;
  /** The traces that the order is computed from; B's only for the change from A to B. */
  readonly a: TraceKey;
  readonly b: TraceKey | null;
}

export class Orders {
  private readonly fetched: Fetched<OrderKey, Uint32Array>;
  private readonly client: Pick<Client, "similarity">;
  private readonly traces: Pick<Fetched<TraceKey, Trace>, "load">;

  constructor(client: Pick<Client, "similarity">, traces: Pick<Fetched<TraceKey, Trace>, "load">) {
    this.client = client;
    this.traces = traces;
    this.fetched = new Fetched(
      (key, signal) => this.compute(key, signal),
      (order) => order.byteLength,
      2 ** 20,
    );
  }

  /** The traces that an order is computed from. */
  static tracesOf({ by, a, b }: OrderKey): TraceKey[] {
    if (by === "index" || by === "similarity") return [];
    return b === null ? [a] : [a, b];
  }

  cached(key: OrderKey): Uint32Array | undefined {
    return key.by === "index" ? identityOrder(key.units) : this.fetched.cached(key);
  }

  load(key: OrderKey): Promise<Uint32Array> {
    return key.by === "index" ? Promise.resolve(identityOrder(key.units)) : this.fetched.load(key);
  }

  /** Aborts every computation but those for `keys`. */
  abortAllBut(keys: readonly OrderKey[]): void {
    this.fetched.abortAllBut(keys);
  }

  clear(): void {
    this.fetched.clear();
  }

  private async compute(key: OrderKey, signal: AbortSignal): Promise<Uint32Array> {
    const { by, a, b, units, saturation } = key;
    if (by === "index") return identityOrder(units);
    if (by === "similarity") {
      return padded(await this.client.similarity({ ...a, signal: key.signal }, signal), units);
    }
    const [first, second] = await Promise.all([this.traces.load(a), b && this.traces.load(b)]);
    const matrix = first.signals.get(key.signal);
    if (matrix === undefined) return identityOrder(units);
    const other: Matrix | null = second?.signals.get(key.signal) ?? null;
    return padded(orderBy(unitScores(by, matrix, first.mask, { saturation, other })), units);
  }
}

/** A custom cell's signal may have fewer units than the layer: it orders its own, and the others follow. */
function padded(order: Uint32Array, units: number): Uint32Array {
  if (order.length >= units) return order;
  return Uint32Array.from({ length: units }, (_, i) => order[i] ?? i);
}
