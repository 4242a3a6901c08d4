/** What the open panel shows beside the picture: asked for once the selection has come to rest. */
import type { Pattern } from "../api/analyses.ts";
import type { Client } from "../api/client.ts";
import type { RunInfo } from "../api/types.ts";
import { Analyses } from "./analyses.ts";
import { asksOf, matchAsk, patternAsks } from "./asked.ts";
import { Inspection } from "./inspection.ts";
import type { Selection } from "./selection.ts";

/** Scrubbing passes many steps, and an analysis may keep the server busy for a second. */
const REST_MS = 200;

export class Panels {
  readonly inspection: Inspection;
  readonly analyses: Analyses;
  private readonly isPlaying: () => boolean;
  private readonly onChange: () => void;
  private resting: ReturnType<typeof setTimeout> | undefined;
  private last: [Selection, RunInfo | null] | null = null;

  constructor(
    client: Pick<Client, "evolution" | "change" | "ask">,
    isPlaying: () => boolean,
    onChange: () => void,
  ) {
    this.isPlaying = isPlaying;
    this.onChange = onChange;
    this.inspection = new Inspection(client, onChange);
    this.analyses = new Analyses(client, () => this.onAnswer());
  }

  want(selection: Selection, run: RunInfo | null): void {
    this.inspection.want(selection);
    this.last = [selection, run];
    this.rest();
  }

  clear(): void {
    clearTimeout(this.resting);
    this.last = null;
    this.inspection.clear();
    this.analyses.clear();
  }

  private rest(): void {
    clearTimeout(this.resting);
    this.resting = setTimeout(() => this.ask(), REST_MS);
  }

  private ask(): void {
    if (this.last === null) return;
    // Each step would be passed before its answer came; the one that playing ends at is asked for.
    if (this.isPlaying()) {
      this.rest();
      return;
    }
    const [selection, run] = this.last;
    const asks = asksOf(selection, run);
    const pattern = run && selection.panel === "match" ? matchAsk(selection, run) : null;
    const found = this.analyses.answer<Pattern>(pattern).data;
    this.analyses.want(found === null ? asks : [...asks, ...patternAsks(selection, found)]);
  }

  private onAnswer(): void {
    // What has come may be what another question was waiting for.
    this.ask();
    this.onChange();
  }
}
