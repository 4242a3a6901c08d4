/** What the open panel shows beside the picture: asked for once the selection has come to rest. */
import type { Pattern } from "../api/analyses.ts";
import type { Client } from "../api/client.ts";
import type { RunInfo } from "../api/types.ts";
import { Analyses } from "./analyses.ts";
import { asksOf, matchAsk, patternAsks } from "./asked.ts";
import { Inspection } from "./inspection.ts";
import type { Selection } from "./selection.ts";

/** Playing and scrubbing pass many steps, and an analysis may keep the server busy for a second. */
const REST_MS = 120;

export class Panels {
  readonly inspection: Inspection;
  readonly analyses: Analyses;
  private readonly onChange: () => void;
  private resting: ReturnType<typeof setTimeout> | undefined;
  private last: [Selection, RunInfo | null] | null = null;

  constructor(client: Pick<Client, "evolution" | "change" | "ask">, onChange: () => void) {
    this.onChange = onChange;
    this.inspection = new Inspection(client, onChange);
    this.analyses = new Analyses(client, () => this.onAnswer());
  }

  want(selection: Selection, run: RunInfo | null): void {
    this.inspection.want(selection);
    this.last = [selection, run];
    clearTimeout(this.resting);
    this.resting = setTimeout(() => this.ask(), REST_MS);
  }

  clear(): void {
    clearTimeout(this.resting);
    this.last = null;
    this.inspection.clear();
    this.analyses.clear();
  }

  private ask(): void {
    if (this.last === null) return;
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
