/** Which runs there are, and what the watched ones hold, as the server last answered. */
import type { Client } from "../api/client.ts";
import type { RunEntry, RunInfo } from "../api/types.ts";
import { Fetched } from "./fetched.ts";

interface RunKey {
  readonly run: string;
}

const LIST = {};
const NO_BYTES = () => 0;

export interface CatalogueEvents {
  /** A watched run has answered, or failed to. */
  readonly answered: () => void;
  /** A run holds other data than it did when it was last watched. */
  readonly changed: () => void;
}

export class Catalogue {
  private readonly lists: Fetched<object, RunEntry[]>;
  private readonly infos: Fetched<RunKey, RunInfo>;
  /** The last answer of every run, watched or not. */
  private readonly last = new Map<string, RunInfo>();
  private watched: readonly RunKey[] = [];

  constructor(client: Pick<Client, "runs" | "run">, { answered, changed }: CatalogueEvents) {
    this.lists = new Fetched((_, signal) => client.runs(signal), NO_BYTES, 0);
    this.infos = new Fetched(
      async ({ run }, signal) => {
        const info = await client.run(run, signal);
        signal.throwIfAborted();
        const before = this.last.get(run);
        if (before !== undefined && JSON.stringify(before) === JSON.stringify(info)) return before;
        this.last.set(run, info);
        if (before !== undefined) changed();
        return info;
      },
      NO_BYTES,
      0,
      answered,
    );
  }

  /** null until the server has answered. */
  get runs(): readonly RunEntry[] | null {
    return this.lists.cached(LIST) ?? null;
  }

  /** What a watched run holds; null until it has answered. The same object while the run is the same. */
  info(run: string | null): RunInfo | null {
    return run === null ? null : (this.infos.cached({ run }) ?? null);
  }

  /** Why the last question to a watched run failed. */
  fault(run: string | null): string | null {
    return run === null ? null : this.infos.answer({ run }).fault;
  }

  /** Whether a watched run has not answered at all yet. */
  get isIncomplete(): boolean {
    return this.watched.some((key) => this.infos.isPending(key) && this.infos.cached(key) === undefined);
  }

  /** Whether an answer of a watched run is on its way. */
  get isAsking(): boolean {
    return this.watched.some((key) => this.infos.isPending(key));
  }

  /** Rejects when TensorBoard does not answer, and with an AbortError when the list is fetched again meanwhile. */
  refreshList(): Promise<readonly RunEntry[]> {
    this.lists.hold([LIST]);
    return this.lists.refresh(LIST);
  }

  /** Keeps these runs known, and forgets the others: while nobody watches them they may change. */
  watch(runs: readonly string[]): void {
    this.watched = runs.map((run) => ({ run }));
    this.infos.forgetAllBut(this.watched);
    this.infos.want(this.watched);
  }

  /** Asks the watched runs again what they hold. */
  refresh(): void {
    for (const key of this.watched) this.infos.refresh(key).catch(() => undefined);
  }
}
