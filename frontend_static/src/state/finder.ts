/** Finds a text in the tokens of the whole probe: every match, in the order of the samples. */
import { findText } from "../maths/find.ts";

export interface Match {
  readonly sample: number;
  /** Half-open, in timesteps. */
  readonly start: number;
  readonly end: number;
}

export class Finder {
  /** null while the tokens are on their way. */
  matches: readonly Match[] | null = [];
  /** Which of the matches was gone to last. */
  at: number | null = null;
  private readonly tokensOf: (run: string, sample: number) => Promise<readonly string[]>;
  private readonly onChange: () => void;
  /** The search that is under way or done; the result of any other is stale. */
  private wanted = "";

  constructor(tokensOf: Finder["tokensOf"], onChange: () => void) {
    this.tokensOf = tokensOf;
    this.onChange = onChange;
  }

  /** Searches all samples of a run, unless that was the last search. */
  want(query: string, run: string, samples: number): void {
    const wanted = JSON.stringify([query, run, samples]);
    if (wanted === this.wanted) return;
    this.wanted = wanted;
    this.at = null;
    this.matches = query === "" ? [] : null;
    if (query !== "") void this.search(wanted, query, run, samples);
  }

  /** Goes to a match, and returns it; null if there is no such match. */
  goTo(index: number): Match | null {
    const match = this.matches?.[index] ?? null;
    if (match !== null) this.at = index;
    return match;
  }

  /** The tokens may have changed. */
  clear(): void {
    this.wanted = "";
    this.matches = [];
    this.at = null;
  }

  private async search(wanted: string, query: string, run: string, samples: number): Promise<void> {
    const all = await Promise.all(
      Array.from({ length: samples }, (_, sample) => this.tokensOf(run, sample).catch(() => [])),
    );
    if (wanted !== this.wanted) return;
    this.matches = all.flatMap((tokens, sample) =>
      findText(tokens, query).map((place) => ({ sample, ...place })),
    );
    this.onChange();
  }
}

/** The index after `at`, or before it, around the ends; from nowhere, the first or the last. */
export function wrap(at: number | null, by: 1 | -1, count: number): number {
  if (at === null) return by > 0 ? 0 : count - 1;
  return (at + by + count) % count;
}
