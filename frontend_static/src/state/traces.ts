/** Traces by key: cached within a bound of bytes, each fetched once, all abortable. */
import { ByteCache } from "../api/cache.ts";
import type { Client } from "../api/client.ts";
import type { Trace } from "../api/trace.ts";
import type { TraceKey } from "../api/types.ts";

const CACHE_BYTES = 192 * 1024 * 1024;

interface Pending {
  readonly promise: Promise<Trace>;
  readonly abort: AbortController;
}

function idOf(key: TraceKey): string {
  return JSON.stringify([key.run, key.layer, key.sample, key.step]);
}

export class Traces {
  private readonly client: Pick<Client, "trace">;
  private readonly cache: ByteCache<Trace>;
  private readonly pending = new Map<string, Pending>();

  constructor(client: Pick<Client, "trace">, limit = CACHE_BYTES) {
    this.client = client;
    this.cache = new ByteCache<Trace>(limit);
  }

  cached(key: TraceKey): Trace | undefined {
    return this.cache.get(idOf(key));
  }

  /** Joins a fetch that is already under way. */
  load(key: TraceKey): Promise<Trace> {
    const id = idOf(key);
    const known = this.cache.get(id);
    if (known !== undefined) return Promise.resolve(known);
    const running = this.pending.get(id);
    if (running !== undefined) return running.promise;
    const abort = new AbortController();
    const promise = this.client
      .trace(key, abort.signal)
      .then((trace) => {
        if (this.pending.get(id)?.promise === promise) this.cache.set(id, trace, trace.bytes);
        return trace;
      })
      .finally(() => {
        if (this.pending.get(id)?.promise === promise) this.pending.delete(id);
      });
    this.pending.set(id, { promise, abort });
    return promise;
  }

  prefetch(key: TraceKey): void {
    // Whoever needs it later asks again and is told what went wrong.
    this.load(key).catch(() => undefined);
  }

  /** Stops every fetch but the ones for `wanted`. */
  abortAllBut(wanted: readonly TraceKey[]): void {
    const keep = new Set(wanted.map(idOf));
    for (const [id, { abort }] of this.pending) {
      if (keep.has(id)) continue;
      this.pending.delete(id);
      abort.abort();
    }
  }

  /** Forgets everything: the files behind the traces may have changed. */
  clear(): void {
    this.abortAllBut([]);
    this.cache.clear();
  }
}
