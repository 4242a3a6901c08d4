/** Fetches the answers to the open panel's queries, and caches them by query. */
import type { Client } from "../api/client.ts";
import { isAbort, sentenceOf } from "../api/client.ts";
import { Fetched, idOf } from "../state/fetched.ts";
import type { Answered, AnswerLookup, PanelQuery } from "./query.ts";

const MB = 1024 * 1024;
/** The bytes that a JSON answer counts in the cache. Most have a few kilobytes, the largest some hundred. */
const JSON_BYTES = 64 * 1024;

interface Entry {
  readonly data: object;
  readonly bytes: number;
}

const WAITING: Answered<never> = { data: null, fault: null };

export class Answers implements AnswerLookup {
  /** The queries of the last `want`. */
  wanted: readonly PanelQuery<object>[] = [];
  private readonly fetched: Fetched<PanelQuery<object>, Entry>;
  private readonly onChange: () => void;
  private readonly faults = new Map<string, string>();

  constructor(client: Pick<Client, "ask">, onChange: () => void) {
    this.onChange = onChange;
    this.fetched = new Fetched(
      async (query, signal) => {
        const answer = await client.ask(query, signal);
        return { data: query.parse(answer), bytes: bytesOf(answer) };
      },
      ({ bytes }) => bytes,
      64 * MB,
    );
  }

  /** Fetches the answers to these queries and aborts all other requests. */
  want(queries: readonly PanelQuery<object>[]): void {
    const before = new Set(this.wanted.map(idOf));
    this.wanted = queries;
    this.fetched.abortAllBut(queries);
    this.fetched.hold(queries);
    for (const query of queries) {
      const id = idOf(query);
      // A query of the last call is in flight, answered or failed. One that failed is sent again after a call without it.
      if (before.has(id) || this.fetched.cached(query) !== undefined) continue;
      this.faults.delete(id);
      this.fetched
        .load(query)
        .catch((error: unknown) => {
          if (!isAbort(error)) this.faults.set(id, sentenceOf(error));
        })
        .finally(() => this.onChange());
    }
  }

  /** The answer to a wanted query: the same object each time, so that views can compare it by identity. */
  answer<T extends object>(query: PanelQuery<T> | null): Answered<T> {
    if (query === null) return WAITING;
    const entry = this.fetched.cached(query);
    return entry === undefined
      ? { data: null, fault: this.faults.get(idOf(query)) ?? null }
      : { data: entry.data as T, fault: null };
  }

  clear(): void {
    this.wanted = [];
    this.faults.clear();
    this.fetched.clear();
  }
}

function bytesOf(answer: object): number {
  if (!(answer instanceof Map)) return JSON_BYTES;
  let bytes = 0;
  for (const tensor of answer.values()) bytes += (tensor as { data: ArrayBufferView }).data.byteLength;
  return bytes;
}
