/**
 * The one place that changes what is shown. Views read its fields and call its methods.
 *
 * `selection` is what the user asked for; `view` is what is painted. They differ while a trace is on its
 * way, and every label beside the picture belongs to `view`, so no number ever stands under a wrong name.
 */
import { ApiError, type Client, isAbort, sentenceOf } from "../api/client.ts";
import { sameSeries, type Trace } from "../api/trace.ts";
import type { LayerInfo, RunEntry, RunInfo, SampleInfo, TraceKey } from "../api/types.ts";
import type { Params } from "../host/hash.ts";
import type { Cell } from "../maths/hit.ts";
import type { TimeWindow } from "../maths/window.ts";
import { Player } from "./player.ts";
import { fromParams, NOTHING, neighbourStep, resolve, type Selection } from "./selection.ts";
import { Traces } from "./traces.ts";

/** One picture: a trace with what names its rows and columns. */
export interface View {
  readonly trace: Trace;
  readonly layer: LayerInfo;
  readonly sample: SampleInfo | null;
}

/** Tokens belong to one length of sequence; a model may have layers of another. */
export function tokensOf({ sample, layer }: View): readonly string[] | null {
  return sample?.tokens?.length === layer.timesteps ? sample.tokens : null;
}

const PREFETCH = 3;
/** How often to look for a run that is not there yet: TensorBoard reads its folders at leisure. */
const WAIT_MS = 3000;

export class Session {
  runs: RunEntry[] | null = null;
  run: RunInfo | null = null;
  view: View | null = null;
  selection: Selection = NOTHING;
  /** Why there is no run to show. */
  runFault: string | null = null;
  /** Why there is no picture of the chosen step. */
  traceFault: string | null = null;
  loading = true;
  readonly player: Player;

  private readonly client: Client;
  private readonly traces: Traces;
  private readonly onChange: () => void;
  private samples = new Map<number, Promise<SampleInfo | null>>();
  private runFetch = new AbortController();
  /** Counts calls of `show`; an answer to an earlier one is stale. */
  private turn = 0;
  private visible = true;
  private missedReload = false;
  private waiting: ReturnType<typeof setTimeout> | undefined;

  constructor(client: Client, onChange: () => void) {
    this.client = client;
    this.traces = new Traces(client);
    this.onChange = onChange;
    this.player = new Player(() => this.playOn(), onChange);
  }

  start(params: Params): void {
    this.selection = fromParams(params);
    void this.reload();
  }

  navigate(params: Params): void {
    const wanted = fromParams(params);
    if (wanted.run !== null && wanted.run !== this.selection.run) {
      this.selection = wanted;
      void this.loadRun(wanted.run);
    } else if (this.run !== null) {
      this.selection = resolve({ ...wanted, run: this.selection.run }, this.run);
      void this.show();
    }
  }

  setVisible(visible: boolean): void {
    this.visible = visible;
    if (!visible) this.pause();
    else if (this.missedReload) void this.reload();
  }

  /** The log may have grown. Asks nothing while nobody looks. */
  async reload(retry = true): Promise<void> {
    this.missedReload = !this.visible;
    if (!this.visible) return;
    const fetch = this.newRunFetch();
    try {
      this.runs = await this.client.runs(fetch.signal);
    } catch (error) {
      if (isAbort(error)) return;
      this.failRun(sentenceOf(error));
      return;
    }
    const wanted = this.selection.run ?? this.runs[0]?.name;
    if (wanted !== undefined && this.runs.some(({ name }) => name === wanted)) {
      await this.loadRun(wanted, retry);
      return;
    }
    this.failRun(this.runs.length === 0 ? null : `The run “${wanted}” is not here (any more).`);
    this.waiting = setTimeout(() => void this.reload(), WAIT_MS);
  }

  chooseRun(run: string): void {
    this.pause();
    this.selection = { ...this.selection, run };
    this.clear();
    void this.loadRun(run);
  }

  chooseLayer(layer: string): void {
    this.choose({ layer, window: this.windowFor(layer) });
  }

  chooseSample(sample: number): void {
    this.choose({ sample });
  }

  chooseStep(step: number): void {
    this.choose({ step });
  }

  /** By captured steps, not by their numbers: they need not be consecutive. */
  moveStep(by: number): void {
    const step = this.run && neighbourStep(this.run.steps, this.selection.step, by);
    if (step !== null) this.choose({ step });
  }

  setWindow(window: TimeWindow | null): void {
    this.selection = { ...this.selection, window };
    this.onChange();
  }

  setPin(pin: Cell | null): void {
    this.selection = { ...this.selection, pin };
    this.onChange();
  }

  play(): void {
    if (this.run === null || this.run.steps.length < 2) return;
    if (this.selection.step === this.run.steps.at(-1)) this.choose({ step: this.run.steps[0] as number });
    this.player.start();
    this.onChange();
  }

  pause(): void {
    this.player.stop();
    this.onChange();
  }

  private async playOn(): Promise<boolean> {
    const { run, selection } = this;
    if (run === null || this.traceFault !== null) return false;
    const next = neighbourStep(run.steps, selection.step, 1);
    if (next === null || next === selection.step) return false;
    this.selection = { ...selection, step: next };
    await this.show();
    return this.traceFault === null;
  }

  private choose(patch: Partial<Selection>): void {
    if (this.run === null) return;
    this.selection = resolve({ ...this.selection, ...patch }, this.run);
    void this.show();
  }

  private windowFor(layer: string): TimeWindow | null {
    const timesteps = (key: string | null) => this.run?.layers.find((one) => one.key === key)?.timesteps;
    return timesteps(layer) === timesteps(this.selection.layer) ? this.selection.window : null;
  }

  private newRunFetch(): AbortController {
    this.runFetch.abort();
    clearTimeout(this.waiting);
    this.runFetch = new AbortController();
    return this.runFetch;
  }

  private async loadRun(name: string, retry = true): Promise<void> {
    const fetch = this.newRunFetch();
    let run: RunInfo;
    try {
      run = await this.client.run(name, fetch.signal);
    } catch (error) {
      if (!isAbort(error)) this.failRun(sentenceOf(error));
      return;
    }
    this.runFault = null;
    const grown = JSON.stringify(run) !== JSON.stringify(this.run);
    if (grown) {
      // The same files, or a new training in the same place: only the server knows.
      this.traces.clear();
      this.samples.clear();
    }
    this.run = run;
    this.selection = resolve(this.selection, run);
    if (grown || (retry && this.view === null)) await this.show();
    else this.onChange();
  }

  private failRun(sentence: string | null): void {
    this.player.stop();
    this.runFault = sentence;
    this.clear();
    this.loading = false;
    this.onChange();
  }

  /** Takes everything of the run off the screen. */
  private clear(): void {
    this.turn++;
    this.traces.clear();
    this.samples.clear();
    this.run = null;
    this.view = null;
    this.traceFault = null;
    this.loading = true;
    this.onChange();
  }

  private key(step: number | null = this.selection.step): TraceKey | null {
    const { run, layer, sample } = this.selection;
    if (run === null || layer === null || sample === null || step === null) return null;
    return { run, layer, sample, step };
  }

  private sampleInfo(key: TraceKey): Promise<SampleInfo | null> {
    let info = this.samples.get(key.sample);
    if (info === undefined) {
      // Tokens and annotations are an aid: without them the trace is still worth seeing.
      info = this.client.sample(key.run, key.sample, this.runFetch.signal).catch(() => {
        this.samples.delete(key.sample);
        return null;
      });
      this.samples.set(key.sample, info);
    }
    return info;
  }

  /** Brings `view` to `selection`. */
  private async show(): Promise<void> {
    const turn = ++this.turn;
    const key = this.key();
    const layer = this.run?.layers.find((one) => one.key === key?.layer);
    this.traceFault = null;
    if (key === null || layer === undefined) {
      this.view = null;
      this.loading = false;
      this.onChange();
      return;
    }
    this.traces.abortAllBut([key, ...this.ahead()]);
    const cached = this.traces.cached(key);
    if (cached !== undefined && this.view !== null && sameSeries(this.view.trace.key, key)) {
      this.paint({ trace: cached, layer, sample: this.view.sample });
      return;
    }
    if (this.view !== null && !sameSeries(this.view.trace.key, key)) this.view = null;
    this.loading = true;
    this.onChange();
    try {
      const [trace, sample] = await Promise.all([this.traces.load(key), this.sampleInfo(key)]);
      if (turn === this.turn) this.paint({ trace, layer, sample });
    } catch (error) {
      if (turn !== this.turn || isAbort(error)) return;
      this.view = null;
      this.loading = false;
      this.traceFault = sentenceOf(error);
      this.onChange();
      // Perhaps the whole run went away; then the list of runs says so. The trace is not asked for again.
      if (error instanceof ApiError && error.status === 404) void this.reload(false);
    }
  }

  private paint(view: View): void {
    this.view = view;
    this.loading = false;
    this.onChange();
    for (const key of this.ahead()) this.traces.prefetch(key);
  }

  /** The traces that playing will need next. */
  private ahead(): TraceKey[] {
    const { run } = this;
    if (!this.player.playing || run === null) return [];
    const at = run.steps.indexOf(this.selection.step ?? Number.NaN);
    const steps = at < 0 ? [] : run.steps.slice(at + 1, at + 1 + PREFETCH);
    return steps.map((step) => this.key(step)).filter((key) => key !== null);
  }
}
