/** Answers of one route by key: cached within a bound of bytes, each fetched once, all abortable. */
import { ByteCache } from "../api/cache.ts";

interface Pending<V> {
  readonly promise: Promise<V>;
  readonly abort: AbortController;
}

/** Keys are plain records; their members' order is part of what tells them apart. */
export function idOf(key: object): string {
  return JSON.stringify(Object.values(key));
}

export class Fetched<K extends object, V> {
  private readonly fetch: (key: K, signal: AbortSignal) => Promise<V>;
  private readonly bytesOf: (value: V) => number;
  private readonly cache: ByteCache<V>;
  private readonly pending = new Map<string, Pending<V>>();
  /** What is on the screen, by id, as far as it has come. */
  private held = new Map<string, V | undefined>();

  constructor(
    fetch: (key: K, signal: AbortSignal) => Promise<V>,
    bytesOf: (value: V) => number,
    limit: number,
  ) {
    this.fetch = fetch;
    this.bytesOf = bytesOf;
    this.cache = new ByteCache<V>(limit);
  }

  cached(key: K): V | undefined {
    return this.known(idOf(key));
  }

  /** Joins a fetch that is already under way. */
  load(key: K): Promise<V> {
    const id = idOf(key);
    const known = this.known(id);
    if (known !== undefined) return Promise.resolve(known);
    const running = this.pending.get(id);
    if (running !== undefined) return running.promise;
    const abort = new AbortController();
    const promise = this.fetch(key, abort.signal)
      .then((value) => {
        if (this.pending.get(id)?.promise !== promise) return value;
        this.cache.set(id, value, this.bytesOf(value));
        if (this.held.has(id)) this.held.set(id, value);
        return value;
      })
      .finally(() => {
        if (this.pending.get(id)?.promise === promise) this.pending.delete(id);
      });
    this.pending.set(id, { promise, abort });
    return promise;
  }

  /** Keeps the answers to these, however large, until others are held: two that the cache has no room for would fetch each other for ever. */
  hold(keys: readonly K[]): void {
    this.held = new Map(keys.map(idOf).map((id) => [id, this.known(id)]));
  }

  prefetch(key: K): void {
    // Whoever needs it later asks again and is told what went wrong.
    this.load(key).catch(() => undefined);
  }

  /** Stops every fetch but the ones for `wanted`. */
  abortAllBut(wanted: readonly K[]): void {
    const keep = new Set(wanted.map(idOf));
    for (const [id, { abort }] of this.pending) {
      if (keep.has(id)) continue;
      this.pending.delete(id);
      abort.abort();
    }
  }

  /** Forgets everything: the files behind the answers may have changed. */
  clear(): void {
    this.abortAllBut([]);
    this.held.clear();
    this.cache.clear();
  }

  private known(id: string): V | undefined {
    return this.held.get(id) ?? this.cache.get(id);
  }
}
