/**
 * The one place that changes what is shown. Views read its fields and call its methods.
 *
 * `selection` is what the user asked for; `view` is what is painted. They differ while a trace is on its
 * way, and every label beside the picture belongs to `view`, so no number ever stands under a wrong name.
 */
import { type Client, isAbort, sentenceOf } from "../api/client.ts";
import type { RunEntry, RunInfo } from "../api/types.ts";
import type { Params } from "../host/hash.ts";
import type { TimeWindow } from "../maths/window.ts";
import { Catalogue } from "./catalogue.ts";
import { Finder } from "./finder.ts";
import { type FrameKey, Frames } from "./frames.ts";
import { Inspection } from "./inspection.ts";
import { Overviews } from "./overviews.ts";
import { fromParams } from "./params.ts";
import { Screen } from "./screen.ts";
import { keyOf, NOTHING, otherKey, resolve, type Selection } from "./selection.ts";
import { Stepping } from "./stepping.ts";
import type { View } from "./view.ts";
import { frameKeyOf, viewOf } from "./wanted.ts";

/** How often to look for a run that is not there yet: TensorBoard reads its folders at leisure. */
const WAIT_MS = 3000;

export class Session {
  selection: Selection = NOTHING;
  /** Why there is no run to show. */
  runFault: string | null = null;
  readonly stepping: Stepping;
  readonly inspection: Inspection;
  readonly overviews: Overviews;
  readonly finder: Finder;

  private readonly catalogue: Catalogue;
  private readonly frames: Frames;
  private readonly screen: Screen;
  private readonly changed: () => void;
  /** Whether a run has changed since what is known of it was last forgotten; an interrupted reload leaves it so. */
  private outdated = false;
  private lastGone = "";
  private visible = true;
  private missedReload = false;
  private waiting: ReturnType<typeof setTimeout> | undefined;

  constructor(client: Client, onChange: () => void) {
    this.catalogue = new Catalogue(client);
    this.frames = new Frames(client);
    this.inspection = new Inspection(client, onChange);
    this.overviews = new Overviews(client, onChange);
    this.finder = new Finder((run, sample) => this.frames.tokens(run, sample), onChange);
    this.stepping = new Stepping(this, onChange);
    this.changed = onChange;
    this.screen = new Screen(this.frames, (frame) => viewOf(this, frame), {
      changed: () => this.onChange(),
      shown: () => this.inspection.want(this.selection),
      // Perhaps the whole run went away; then the list of runs says so. The trace is not asked for again.
      gone: (key) => this.onGone(key),
    });
  }

  get view(): View | null {
    return this.screen.view;
  }

  get loading(): boolean {
    return this.screen.loading;
  }

  /** Why there is no picture of the chosen step. */
  get traceFault(): string | null {
    return this.screen.fault;
  }

  get runs(): RunEntry[] | null {
    return this.catalogue.runs;
  }

  get run(): RunInfo | null {
    return this.catalogue.info(this.selection.run);
  }

  /** The run of B: that of A, unless another was chosen and is known. */
  get otherRun(): RunInfo | null {
    const { other } = this.selection;
    return other.run === null ? this.run : this.catalogue.info(other.run);
  }

  start(params: Params): void {
    this.selection = fromParams(params);
    void this.reload();
  }

  navigate(params: Params): void {
    const wanted = fromParams(params);
    const run = wanted.run ?? this.selection.run;
    const leaves = run !== this.selection.run;
    this.selection = { ...wanted, run };
    if (leaves) {
      this.stepping.pause();
      this.clear();
    }
    if (run !== null) void this.loadRuns(true);
  }

  setVisible(visible: boolean): void {
    this.visible = visible;
    if (!visible) this.stepping.pause();
    else if (this.missedReload) void this.reload();
  }

  /** The log may have grown. Asks nothing while nobody looks. */
  async reload(retry = true): Promise<void> {
    this.missedReload = !this.visible;
    if (!this.visible) return;
    this.begin();
    try {
      await this.catalogue.refreshList();
    } catch (error) {
      if (!isAbort(error)) this.failRun(sentenceOf(error));
      return;
    }
    const wanted = this.selection.run ?? this.runs?.[0]?.name;
    if (wanted !== undefined && this.catalogue.has(wanted)) {
      this.selection = { ...this.selection, run: wanted };
      await this.loadRuns(retry && this.view === null);
      return;
    }
    this.failRun(this.runs?.length === 0 ? null : `The run “${wanted}” is not here (any more).`);
    this.waiting = setTimeout(() => void this.reload(), WAIT_MS);
  }

  chooseRun(run: string): void {
    this.stepping.pause();
    this.selection = { ...this.selection, run };
    this.clear();
    void this.loadRuns(true);
  }

  chooseLayer(layer: string): void {
    void this.choose({
      layer,
      window: this.windowFor(layer),
      other: { ...this.selection.other, layer: null },
    });
  }

  /** A and B change places. */
  swap(): void {
    const { selection, otherRun } = this;
    const a = keyOf(selection);
    const b = a && otherKey(selection, otherRun, a);
    if (a === null || b === null) return;
    const other = { run: a.run === b.run ? null : a.run, layer: a.layer, step: a.step };
    void this.choose({ run: b.run, layer: b.layer, step: b.step, other, follow: false });
  }

  /** Changes what needs no other data. */
  look(patch: Partial<Selection>): void {
    this.selection = { ...this.selection, ...patch };
    this.inspection.want(this.selection);
    this.onChange();
  }

  /** Changes any part of the selection, and brings what that needs. */
  async choose(patch: Partial<Selection>): Promise<void> {
    const wanted = { ...this.selection, ...patch };
    const run = this.catalogue.info(wanted.run);
    if (run === null) return;
    const other = wanted.other.run === null ? run : this.catalogue.info(wanted.other.run);
    this.selection = resolve(wanted, run, other);
    // B's run is not known before it is asked for.
    const asks = patch.compare !== undefined || patch.other !== undefined;
    if (asks && this.selection.compare !== "off" && this.otherRun === null) {
      this.onChange();
      await this.loadRuns(true);
    } else await this.show();
  }

  private windowFor(layer: string): TimeWindow | null {
    const timesteps = (key: string | null) => this.run?.layers.find((one) => one.key === key)?.timesteps;
    return timesteps(layer) === timesteps(this.selection.layer) ? this.selection.window : null;
  }

  private begin(): void {
    clearTimeout(this.waiting);
    this.catalogue.begin();
  }

  /** Asks anew what the chosen runs hold, and shows it: if they have grown, or in any case. */
  private async loadRuns(inAnyCase: boolean): Promise<void> {
    this.begin();
    const { run, other, compare } = this.selection;
    if (run === null) return;
    const second = compare !== "off" && other.run !== null && other.run !== run ? other.run : null;
    try {
      this.outdated = (await this.catalogue.refresh(run)) || this.outdated;
      if (second !== null) this.outdated = (await this.refreshOther(second)) || this.outdated;
    } catch (error) {
      if (!isAbort(error)) this.failRun(sentenceOf(error));
      return;
    }
    this.runFault = null;
    // What was not asked for anew may have grown meanwhile.
    this.catalogue.keepOnly([run, second]);
    const grown = this.outdated;
    this.outdated = false;
    // The same files, or a new training in the same place: only the server knows.
    if (grown) this.forgetData();
    const known = this.run;
    if (known !== null) this.selection = resolve(this.selection, known, this.otherRun);
    // The overview asks again for what did not come.
    if (grown || inAnyCase || this.selection.overview) await this.show();
    else this.onChange();
  }

  /** Without B's run there is still A to see, and why. */
  private async refreshOther(run: string): Promise<boolean> {
    try {
      return await this.catalogue.refresh(run);
    } catch (error) {
      if (isAbort(error)) throw error;
      return false;
    }
  }

  private failRun(sentence: string | null): void {
    this.stepping.player.stop();
    this.runFault = sentence;
    this.clear();
    this.screen.leave(false);
  }

  /** Takes everything of the run off the screen. */
  private clear(): void {
    this.forgetData();
    this.catalogue.forget();
    this.screen.clear();
  }

  /** Once for each picture: a run that grows at every answer would be asked for it for ever. */
  private onGone(key: FrameKey): void {
    const gone = JSON.stringify(key.a);
    if (gone === this.lastGone) return;
    this.lastGone = gone;
    void this.reload(false);
  }

  private forgetData(): void {
    this.frames.clear();
    this.finder.forget();
    this.inspection.clear();
    this.overviews.clear();
  }

  private onChange(): void {
    const { run, selection } = this;
    if (run !== null) this.finder.want(selection.find, run.run, run.samples.length);
    this.changed();
  }

  /** Brings what is painted to `selection`. */
  private async show(): Promise<void> {
    const key = this.frameKey();
    if (this.selection.overview) {
      this.overviews.want(this.selection, this.run, this.otherRun);
      this.screen.leave(true);
    } else if (key === null) this.screen.leave(false);
    else await this.screen.show(key, this.ahead());
  }

  private ahead(): FrameKey[] {
    return this.stepping
      .ahead()
      .map((step) => this.frameKey(step))
      .filter((key) => key !== null);
  }

  private frameKey(step: number | null = this.selection.step): FrameKey | null {
    const a = keyOf(this.selection, step);
    return a && frameKeyOf(this, a);
  }
}
