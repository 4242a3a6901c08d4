/** What the open panel asks of the server beyond the picture, and what has come of it. */
import type { Client, Query } from "../api/client.ts";
import { isAbort, sentenceOf } from "../api/client.ts";
import { Fetched, idOf } from "./fetched.ts";

const MB = 1024 * 1024;

/** What is known of one question. */
export interface Answered<T> {
  /** null while it is on its way, or when it will not come. */
  readonly data: T | null;
  readonly fault: string | null;
}

const WAITING: Answered<never> = { data: null, fault: null };

export class Analyses {
  private readonly fetched: Fetched<Query, object>;
  private readonly onChange: () => void;
  private readonly faults = new Map<string, string>();
  private wanted: readonly Query[] = [];

  constructor(client: Pick<Client, "ask">, onChange: () => void) {
    this.onChange = onChange;
    this.fetched = new Fetched((ask, signal) => client.ask(ask, signal), bytesOf, 64 * MB);
  }

  /** Brings the answers to these questions, and stops what was asked before. */
  want(asks: readonly Query[]): void {
    const before = new Set(this.wanted.map(idOf));
    this.wanted = asks;
    this.fetched.abortAllBut(asks);
    this.fetched.hold(asks);
    for (const ask of asks) {
      const id = idOf(ask);
      // What failed is asked again once it is wanted anew, not at every movement of the mouse.
      if (this.fetched.cached(ask) !== undefined || (before.has(id) && this.faults.has(id))) continue;
      this.faults.delete(id);
      this.fetched
        .load(ask)
        .catch((error: unknown) => {
          if (!isAbort(error)) this.faults.set(id, sentenceOf(error));
        })
        .finally(() => this.onChange());
    }
  }

  /** What has come of a question that is wanted; the same object each time, so that nothing is drawn anew for it. */
  answer<T extends object>(ask: Query | null): Answered<T> {
    if (ask === null) return WAITING;
    const data = this.fetched.cached(ask) as T | undefined;
    return data === undefined
      ? { data: null, fault: this.faults.get(idOf(ask)) ?? null }
      : { data, fault: null };
  }

  clear(): void {
    this.wanted = [];
    this.faults.clear();
    this.fetched.clear();
  }
}

function bytesOf(answer: object): number {
  if (!(answer instanceof Map)) return 64 * 1024;
  let bytes = 0;
  for (const tensor of answer.values()) bytes += (tensor as { data: ArrayBufferView }).data.byteLength;
  return bytes;
}
