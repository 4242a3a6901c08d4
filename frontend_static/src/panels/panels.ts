/** Keeps the open panel's answers up to date with the selection. */
import type { Client } from "../api/client.ts";
import type { RunInfo, TraceKey } from "../api/types.ts";
import type { Selection } from "../state/selection.ts";
import { Answers } from "./answers.ts";
import type { AnswerLookup, PanelQuery } from "./query.ts";
import { REGISTRY } from "./registry.ts";
import { type Evolved, evolutionQuery } from "./unit/queries.ts";

/** Scrubbing passes many steps, and an analysis may keep the server busy for a second. */
const REST_MS = 200;

/** The queries of the open panel; answers that have arrived may add some. */
export function queriesOf(
  selection: Selection,
  run: RunInfo | null,
  answers: AnswerLookup,
  other: TraceKey | null = null,
): PanelQuery<object>[] {
  const { panel, overview } = selection;
  if (run === null || panel === null || overview) return [];
  return REGISTRY[panel].queries(selection, run, answers, other).filter((query) => query !== null);
}

export class Panels {
  readonly answers: Answers;
  private readonly isPlaying: () => boolean;
  private readonly onChange: () => void;
  private resting: ReturnType<typeof setTimeout> | undefined;
  private last: readonly [Selection, RunInfo | null, TraceKey | null] | null = null;

  constructor(client: Pick<Client, "ask">, isPlaying: () => boolean, onChange: () => void) {
    this.isPlaying = isPlaying;
    this.onChange = onChange;
    this.answers = new Answers(client, () => this.onAnswer());
  }

  /** The picked unit at all steps, which the timeline also shows; null unless the unit panel is open. */
  get evolution(): Evolved | null {
    const selection = this.last?.[0];
    return selection?.panel === "unit" ? this.answers.answer(evolutionQuery(selection)).data : null;
  }

  /** `other` is the trace of B, null unless two are compared. */
  want(selection: Selection, run: RunInfo | null, other: TraceKey | null = null): void {
    this.last = [selection, run, other];
    this.askAtOnce();
    this.rest();
  }

  clear(): void {
    clearTimeout(this.resting);
    this.resting = undefined;
    this.last = null;
    this.answers.clear();
  }

  private get queries(): PanelQuery<object>[] {
    if (this.last === null) return [];
    const [selection, run, other] = this.last;
    return queriesOf(selection, run, this.answers, other);
  }

  /** Sends immediate queries; other requests continue until the selection rests. */
  private askAtOnce(): void {
    const immediate = this.queries.filter((query) => query.immediate);
    this.answers.want([...immediate, ...this.answers.wanted.filter((query) => !query.immediate)]);
  }

  private rest(): void {
    clearTimeout(this.resting);
    this.resting = setTimeout(() => {
      this.resting = undefined;
      // While playing, each step is over before its answer arrives; only the last one is asked for.
      if (this.isPlaying()) this.rest();
      else this.answers.want(this.queries);
    }, REST_MS);
  }

  private onAnswer(): void {
    // An answer may add queries; while the selection moves, they wait with the others.
    if (this.resting === undefined) this.answers.want(this.queries);
    this.onChange();
  }
}
