/** Text in the tokens of the whole probe: every place, in the order of the samples. */
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
  at: number | null = null;
  private readonly tokensOf: (run: string, sample: number) => Promise<readonly string[]>;
  private readonly onChange: () => void;
  private asked = "";

  constructor(tokensOf: Finder["tokensOf"], onChange: () => void) {
    this.tokensOf = tokensOf;
    this.onChange = onChange;
  }

  /** Looks in all samples of a run, unless it has just done so. */
  want(query: string, run: string, samples: number): void {
    const asked = JSON.stringify([query, run, samples]);
    if (asked === this.asked) return;
    this.asked = asked;
    this.at = null;
    this.matches = query === "" ? [] : null;
    if (query !== "") void this.look(asked, query, run, samples);
  }

  /** The tokens may be others now. */
  forget(): void {
    this.asked = "";
    this.matches = [];
    this.at = null;
  }

  private async look(asked: string, query: string, run: string, samples: number): Promise<void> {
    const all = await Promise.all(
      Array.from({ length: samples }, (_, sample) => this.tokensOf(run, sample).catch(() => [])),
    );
    if (asked !== this.asked) return;
    this.matches = all.flatMap((tokens, sample) =>
      findText(tokens, query).map((place) => ({ sample, ...place })),
    );
    this.onChange();
  }
}

/** The place after, or before; from nowhere to the first or last, and around the ends. */
export function wrap(at: number | null, by: 1 | -1, count: number): number {
  if (at === null) return by > 0 ? 0 : count - 1;
  return (at + by + count) % count;
}
