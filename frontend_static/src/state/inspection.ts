/** What the inspector needs beyond the picture: one unit over all steps, and how all units changed. */
import type { Change, Evolution } from "../api/arrays.ts";
import { type Client, isAbort, sentenceOf } from "../api/client.ts";
import type { SignalKey } from "../api/types.ts";
import { Fetched } from "./fetched.ts";
import type { Selection } from "./selection.ts";

const MB = 1024 * 1024;

type UnitKey = SignalKey & { readonly unit: number };

/** One unit over all steps. */
export interface Evolved {
  readonly key: UnitKey;
  readonly data: Evolution;
}

export class Inspection {
  /** What is about the selection as it is; null while it is on its way. */
  evolution: Evolved | null = null;
  change: { readonly key: SignalKey; readonly data: Change } | null = null;
  /** Why they are not there. */
  fault: string | null = null;
  private readonly evolutions: Fetched<UnitKey, Evolution>;
  private readonly changes: Fetched<SignalKey, Change>;
  private readonly onChange: () => void;
  private turn = 0;

  constructor(client: Pick<Client, "evolution" | "change">, onChange: () => void) {
    this.onChange = onChange;
    this.evolutions = new Fetched(
      (key, signal) => client.evolution(key, signal),
      ({ values }) => values.data.byteLength,
      64 * MB,
    );
    this.changes = new Fetched(
      (key, signal) => client.change(key, signal),
      ({ values }) => values.byteLength,
      32 * MB,
    );
  }

  /** Brings what the selection needs; what is of another one is gone at once. */
  want(selection: Selection): void {
    const { run, layer, sample, signal, pin, panel } = selection;
    const turn = ++this.turn;
    this.fault = null;
    if (panel !== "unit" || run === null || layer === null || sample === null || signal === null) {
      this.evolution = this.change = null;
      return;
    }
    const key = { run, layer, sample, signal };
    const unitKey = pin && { ...key, unit: pin.unit };
    this.evolutions.abortAllBut(unitKey ? [unitKey] : []);
    this.changes.abortAllBut([key]);
    this.evolution = unitKey && same(this.evolution, known(this.evolutions, unitKey));
    this.change = same(this.change, known(this.changes, key));
    void this.bring(turn, key, unitKey);
  }

  clear(): void {
    this.turn++;
    this.evolution = this.change = null;
    this.evolutions.clear();
    this.changes.clear();
  }

  /** The picked unit first: it is what was clicked for. One of the two failing leaves the other. */
  private async bring(turn: number, key: SignalKey, unitKey: UnitKey | null): Promise<void> {
    if (unitKey !== null && this.evolution === null) {
      await this.attempt(turn, async () => {
        await this.evolutions.load(unitKey);
        if (turn === this.turn) this.evolution = same(this.evolution, known(this.evolutions, unitKey));
      });
    }
    if (turn !== this.turn || this.change !== null) return;
    await this.attempt(turn, async () => {
      await this.changes.load(key);
      if (turn === this.turn) this.change = same(this.change, known(this.changes, key));
    });
  }

  private async attempt(turn: number, load: () => Promise<void>): Promise<void> {
    try {
      await load();
    } catch (error) {
      if (turn !== this.turn || isAbort(error)) return;
      this.fault = sentenceOf(error);
    }
    if (turn === this.turn) this.onChange();
  }
}

/** The object that is there already, if it says the same: views tell by identity whether to draw anew. */
function same<T extends { data: object }>(before: T | null, now: T | null): T | null {
  return before?.data === now?.data ? before : now;
}

function known<K extends object, V>(fetched: Fetched<K, V>, key: K): { key: K; data: V } | null {
  const data = fetched.cached(key);
  return data === undefined ? null : { key, data };
}
