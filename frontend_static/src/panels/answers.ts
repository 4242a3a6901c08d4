/** Fetches the answers to the open panel's queries, and caches them by query. */
import type { Client } from "../api/client.ts";
import { type Answer, Fetched } from "../state/fetched.ts";
import type { AnswerLookup, PanelQuery } from "./query.ts";

const MB = 1024 * 1024;
/** The bytes that a JSON answer counts in the cache. Most have a few kilobytes, the largest some hundred. */
const JSON_BYTES = 64 * 1024;

/** A parsed answer, with the bytes that came. */
interface Entry {
  readonly parsed: object;
  readonly bytes: number;
}

export class Answers implements AnswerLookup {
  /** The queries of the last `want`. */
  wanted: readonly PanelQuery<object>[] = [];
  private readonly fetched: Fetched<PanelQuery<object>, Entry>;

  /** `onChange` is called for each wanted answer that comes or fails. */
  constructor(client: Pick<Client, "ask">, onChange: () => void) {
    this.fetched = new Fetched(
      async (query, signal) => {
        const answer = await client.ask(query, signal);
        return { parsed: query.parse(answer), bytes: bytesOf(answer) };
      },
      ({ bytes }) => bytes,
      64 * MB,
      onChange,
    );
  }

  /** Fetches the answers to these queries and aborts all other requests. */
  want(queries: readonly PanelQuery<object>[]): void {
    this.wanted = queries;
    this.fetched.want(queries);
  }

  /** The answer to a wanted query: the same object each time, so that views can compare it by identity. */
  answer<T extends object>(query: PanelQuery<T> | null): Answer<T> {
    if (query === null) return { data: null, fault: null };
    const { data, fault } = this.fetched.answer(query);
    return { data: data && (data.parsed as T), fault };
  }

  clear(): void {
    this.wanted = [];
    this.fetched.clear();
  }
}

function bytesOf(answer: object): number {
  if (!(answer instanceof Map)) return JSON_BYTES;
  let bytes = 0;
  for (const tensor of answer.values()) bytes += (tensor as { data: ArrayBufferView }).data.byteLength;
  return bytes;
}
