/** Which runs there are and what each holds, as the server last said. */
import type { Client } from "../api/client.ts";
import type { RunEntry, RunInfo } from "../api/types.ts";

export class Catalogue {
  /** null until the server has answered. */
  runs: RunEntry[] | null = null;
  private readonly client: Pick<Client, "runs" | "run">;
  private readonly infos = new Map<string, RunInfo>();
  private fetch = new AbortController();

  constructor(client: Pick<Client, "runs" | "run">) {
    this.client = client;
  }

  has(run: string): boolean {
    return this.runs?.some(({ name }) => name === run) ?? false;
  }

  info(run: string | null): RunInfo | null {
    return run === null ? null : (this.infos.get(run) ?? null);
  }

  /** Gives up what is being fetched; the answer of what is asked for from now on counts. */
  begin(): void {
    this.fetch.abort();
    this.fetch = new AbortController();
  }

  async refreshList(): Promise<void> {
    this.runs = await this.client.runs(this.fetch.signal);
  }

  /** Asks anew what a run holds; true when that is not what was known. */
  async refresh(run: string): Promise<boolean> {
    const info = await this.client.run(run, this.fetch.signal);
    const grown = JSON.stringify(info) !== JSON.stringify(this.infos.get(run));
    if (grown) this.infos.set(run, info);
    return grown;
  }

  /** Forgets what the other runs hold. */
  keepOnly(runs: readonly (string | null)[]): void {
    for (const run of this.infos.keys()) if (!runs.includes(run)) this.infos.delete(run);
  }

  forget(): void {
    this.infos.clear();
  }
}
