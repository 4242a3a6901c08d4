/**
 * The one way of fetching: answers by key, each fetched once, cached within a bound of bytes.
 *
 * A caller either declares with `want` which answers it needs (what is no longer wanted is aborted, each arrival
 * is reported), or awaits one with `load`. An answer that comes after it was given up is dropped.
 */
import { ByteCache } from "../api/cache.ts";
import { isAbort, sentenceOf } from "../api/client.ts";

/** What is known of one key. */
export interface Answer<V> {
  /** null while it is on its way, or if it failed. */
  readonly data: V | null;
  /** Why the last fetch failed, as a sentence. */
  readonly fault: string | null;
}

interface Pending<V> {
  readonly promise: Promise<V>;
  readonly abort: AbortController;
}

/** Keys are plain records, told apart by their members' values in order. */
export function idOf(key: object): string {
  return JSON.stringify(Object.values(key));
}

export class Fetched<K extends object, V> {
  private readonly fetch: (key: K, signal: AbortSignal) => Promise<V>;
  private readonly bytesOf: (value: V) => number;
  private readonly onChange: () => void;
  private readonly cache: ByteCache<V>;
  private readonly pending = new Map<string, Pending<V>>();
  /** The answers that are needed now, by id, as far as they have come. */
  private held = new Map<string, V | undefined>();
  private readonly faults = new Map<string, string>();

  /** `onChange` is called for each held answer that comes or fails. */
  constructor(
    fetch: (key: K, signal: AbortSignal) => Promise<V>,
    bytesOf: (value: V) => number,
    limit: number,
    onChange: () => void = () => undefined,
  ) {
    this.fetch = fetch;
    this.bytesOf = bytesOf;
    this.onChange = onChange;
    this.cache = new ByteCache<V>(limit);
  }

  cached(key: K): V | undefined {
    return this.known(idOf(key));
  }

  answer(key: K): Answer<V> {
    return { data: this.cached(key) ?? null, fault: this.faults.get(idOf(key)) ?? null };
  }

  isPending(key: K): boolean {
    return this.pending.has(idOf(key));
  }

  /** Holds the answers to exactly these keys: fetches what is missing, and aborts every other fetch. */
  want(keys: readonly K[]): void {
    this.abortAllBut(keys);
    this.hold(keys);
    // What failed is fetched again only once it is wanted again, or after `retry`.
    for (const key of keys) if (!this.faults.has(idOf(key))) this.prefetch(key);
  }

  /** Forgets which fetches failed, so that the next `want` fetches again. */
  retry(): void {
    this.faults.clear();
  }

  /** Joins a fetch that is already under way. Rejects with an AbortError if the fetch is given up. */
  load(key: K): Promise<V> {
    const id = idOf(key);
    const known = this.known(id);
    if (known !== undefined) return Promise.resolve(known);
    return this.pending.get(id)?.promise ?? this.begin(id, key);
  }

  /** Fetches again, even if it is under way; what is known stays until the new answer replaces it. */
  refresh(key: K): Promise<V> {
    const id = idOf(key);
    this.pending.get(id)?.abort.abort();
    return this.begin(id, key);
  }

  /**
   * Keeps the answers to these, however large, until others are held: two answers that the cache has no room for
   * would otherwise evict each other and be fetched endlessly.
   */
  hold(keys: readonly K[]): void {
    this.held = new Map(keys.map(idOf).map((id) => [id, this.known(id)]));
    for (const id of [...this.faults.keys()]) if (!this.held.has(id)) this.faults.delete(id);
  }

  prefetch(key: K): void {
    // Whoever needs it later loads it again and is told what went wrong.
    this.load(key).catch(() => undefined);
  }

  /** Aborts every fetch but the ones for `wanted`. */
  abortAllBut(wanted: readonly K[]): void {
    const keep = new Set(wanted.map(idOf));
    for (const [id, { abort }] of this.pending) {
      if (keep.has(id)) continue;
      this.pending.delete(id);
      abort.abort();
    }
  }

  /** Forgets everything but the answers to `wanted`. */
  forgetAllBut(wanted: readonly K[]): void {
    this.abortAllBut(wanted);
    this.hold(wanted);
    this.cache.clear();
  }

  /** Forgets everything: the files behind the answers may have changed. */
  clear(): void {
    this.forgetAllBut([]);
  }

  private begin(id: string, key: K): Promise<V> {
    const abort = new AbortController();
    const settle = (): void => {
      if (this.pending.get(id)?.abort !== abort)
        throw new DOMException("The answer is no longer wanted.", "AbortError");
      this.pending.delete(id);
    };
    const promise = this.fetch(key, abort.signal).then(
      (value) => {
        settle();
        this.keep(id, value);
        return value;
      },
      (error: unknown) => {
        settle();
        this.fail(id, error);
        throw error;
      },
    );
    this.pending.set(id, { promise, abort });
    return promise;
  }

  private keep(id: string, value: V): void {
    this.cache.set(id, value, this.bytesOf(value));
    this.faults.delete(id);
    if (!this.held.has(id)) return;
    this.held.set(id, value);
    this.onChange();
  }

  private fail(id: string, error: unknown): void {
    if (!this.held.has(id) || isAbort(error)) return;
    this.faults.set(id, sentenceOf(error));
    this.onChange();
  }

  private known(id: string): V | undefined {
    return this.held.get(id) ?? this.cache.get(id);
  }
}
