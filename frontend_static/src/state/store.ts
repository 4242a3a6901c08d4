/**
 * The one place that changes the selection. Views read its fields; actions call its methods.
 *
 * `selection` is what the user asks for; `view` is what is painted. They differ while a picture is on its way, and
 * every label beside the picture comes from `view`, so that no number stands under a wrong name.
 *
 * `update` decides by itself what must be fetched: it derives what the selection needs (the runs, the picture, the
 * statistics, the panel's answers) from what is known, and hands each to the part that has it or fetches it. Each
 * part does nothing if what it is handed is what it was handed last.
 */
import { type Client, isAbort, sentenceOf } from "../api/client.ts";
import type { RunEntry, RunInfo } from "../api/types.ts";
import type { Params } from "../host/hash.ts";
import { Panels } from "../panels/panels.ts";
import { keepingRow, type LayerRows, rowsShown, whyNotRow } from "./batch_rows.ts";
import { Catalogue } from "./catalogue.ts";
import { idOf } from "./fetched.ts";
import { Finder } from "./finder.ts";
import { Frames } from "./frames.ts";
import { Overviews } from "./overviews.ts";
import { fromParams } from "./params.ts";
import { type Known, type Picture, pictureOf, placesOf, runsOf } from "./picture.ts";
import { Player } from "./player.ts";
import { Reloads } from "./reloads.ts";
import { Screen } from "./screen.ts";
import { directionOf, NOTHING, resolve, type Selection } from "./selection.ts";
import { stepsAhead, stepToPlay } from "./steps.ts";
import type { View } from "./view.ts";

export class Store {
  readonly panels: Panels;
  readonly overviews: Overviews;
  readonly finder: Finder;
  /** Why there is no run to show. */
  runFault: string | null = null;
  /** Why another sample is shown than the one asked for. */
  rowFault: string | null = null;

  private current: Selection = NOTHING;
  /** Which way the steps went last: 1, -1, or 0 if nowhere. */
  private direction = 0;
  /** The rows of the last layer that was shown, to show the same sample in the next. */
  private lastRows: LayerRows | null = null;
  /** The picture for which the log was last read again. */
  private lastGone = "";
  private readonly catalogue: Catalogue;
  private readonly frames: Frames;
  private readonly screen: Screen;
  private readonly player: Player;
  private readonly reloads: Reloads;
  private readonly onChange: () => void;

  constructor(client: Client, onChange: () => void) {
    this.onChange = onChange;
    this.catalogue = new Catalogue(client, {
      answered: () => this.onRunInfo(),
      changed: () => this.forgetData(),
    });
    this.frames = new Frames(client);
    this.screen = new Screen(this.frames, {
      changed: onChange,
      shown: () => this.wantPanels(),
      gone: (picture) => this.onGone(picture),
    });
    this.overviews = new Overviews(client, onChange);
    this.finder = new Finder((run, sample) => this.frames.tokens(run, sample), onChange);
    this.panels = new Panels(client, () => this.playing, onChange);
    this.player = new Player((begins) => this.playOn(begins), onChange);
    this.reloads = new Reloads(() => void this.readLog());
  }

  get selection(): Selection {
    return this.current;
  }

  get view(): View | null {
    return this.screen.view;
  }

  get loading(): boolean {
    return this.screen.loading;
  }

  /** Why there is no picture of the selected step. */
  get traceFault(): string | null {
    return this.screen.fault;
  }

  get runs(): readonly RunEntry[] | null {
    return this.catalogue.runs;
  }

  get run(): RunInfo | null {
    return this.catalogue.info(this.current.run);
  }

  /** B's run: A's, unless B has one of its own, which may not be known (yet). */
  get otherRun(): RunInfo | null {
    const { other } = this.current;
    return other.run === null ? this.run : this.catalogue.info(other.run);
  }

  get playing(): boolean {
    return this.player.playing;
  }

  /** Steps per second while playing. */
  get rate(): number {
    return this.player.rate;
  }

  /** Shows what the address names, as soon as the server has answered which runs there are. */
  start(params: Params): void {
    this.current = fromParams(params);
    this.reload();
  }

  /** Shows what the address names now; that may be a step that was captured since the log was read. */
  navigate(params: Params): void {
    const wanted = fromParams(params);
    this.lastRows = null;
    this.rowFault = null;
    this.catalogue.refresh();
    this.select({ ...wanted, run: wanted.run ?? this.current.run });
  }

  /**
   * Changes any part of the selection. Resolves when its picture is shown, has failed, or is no longer wanted.
   */
  update(patch: Partial<Selection>): Promise<void> {
    const before = this.current;
    if (patch.sample !== undefined) this.lastRows = null;
    this.rowFault = null;
    this.select({ ...before, ...patch });
    return this.bring(before);
  }

  /** The log may have grown. Fetches nothing while the tab is hidden. */
  reload(): void {
    this.screen.retry();
    this.overviews.retry();
    this.reloads.request();
  }

  setVisible(visible: boolean): void {
    if (!visible) this.pause();
    this.reloads.setVisible(visible);
  }

  play(): void {
    if ((this.run?.steps.length ?? 0) < 2) return;
    void this.update({ follow: false });
    this.player.start();
    this.onChange();
  }

  pause(): void {
    this.player.stop();
    this.onChange();
  }

  setRate(stepsPerSecond: number): void {
    this.player.rate = stepsPerSecond;
    this.onChange();
  }

  private select(wanted: Selection): void {
    const leaves = wanted.run !== this.current.run;
    this.current = wanted;
    this.catalogue.watch(runsOf(wanted));
    if (leaves && this.run === null) this.leaveRun();
  }

  /** Fits the selection to what its runs have, and brings all that it needs to the screen. */
  private bring(before = this.current): Promise<void> {
    const { run, otherRun } = this;
    // While B's run is on its way, nobody knows which picture is selected.
    if (run === null || this.catalogue.isIncomplete) {
      this.onChange();
      return Promise.resolve();
    }
    const { sample } = this.current;
    const selection = resolve(keepingRow(this.current, run, this.lastRows), run, otherRun);
    this.rowFault =
      sample === null || this.lastRows !== null ? this.rowFault : whyNotRow(sample, selection, run);
    this.lastRows = rowsShown(selection, run);
    this.current = selection;
    this.runFault = null;
    this.direction = directionOf(before, selection) ?? this.direction;
    this.finder.want(selection.find, run.run, run.samples.length);
    const known = { selection, run, otherRun };
    this.overviews.want(selection.overview ? placesOf(known).filter((place) => place !== null) : []);
    if (selection.overview) this.screen.leave({ keepsView: true });
    else return this.bringPicture(known);
    return Promise.resolve();
  }

  private bringPicture(known: Known): Promise<void> {
    const picture = pictureOf(known);
    if (picture === null) {
      this.screen.leave({ keepsView: false });
      return Promise.resolve();
    }
    if (this.screen.wants(picture)) {
      this.wantPanels();
      this.onChange();
    }
    const direction = this.playing ? 1 : this.direction;
    const steps = stepsAhead(picture.a.run.steps, picture.a.key.step, direction);
    const ahead = steps.map((step) => pictureOf(known, step)).filter((one) => one !== null);
    return this.screen.want(picture, ahead);
  }

  private wantPanels(): void {
    const { current, run, otherRun } = this;
    const [, b] = placesOf({ selection: current, run, otherRun });
    this.panels.want(current, run, b?.key ?? null);
  }

  private async playOn(begins: boolean): Promise<boolean> {
    const step = this.run && stepToPlay(this.run.steps, this.current.step, begins);
    if (step === null || this.traceFault !== null) return false;
    await this.update({ step });
    return true;
  }

  /** Fetches which runs there are, and what those of the selection hold; brings what has changed to the screen. */
  private async readLog(): Promise<void> {
    let runs: readonly RunEntry[];
    try {
      runs = await this.catalogue.refreshList();
    } catch (error) {
      if (!isAbort(error)) this.fail(sentenceOf(error));
      return;
    }
    const run = this.current.run ?? runs[0]?.name ?? null;
    if (run === null || !runs.some(({ name }) => name === run)) {
      this.fail(runs.length === 0 ? null : `The run “${run}” is not here (any more).`);
      this.reloads.requestLater();
      return;
    }
    this.catalogue.refresh();
    this.current = { ...this.current, run };
    this.catalogue.watch(runsOf(this.current));
  }

  private onRunInfo(): void {
    const fault = this.catalogue.fault(this.current.run);
    if (fault !== null) this.fail(fault);
    // Two runs that both have grown are shown once, when both have answered.
    else if (!this.catalogue.isAsking) void this.bring();
  }

  /** Perhaps the whole run is gone: the log says. Once for each trace, as a run may change at every answer. */
  private onGone({ a }: Picture): void {
    const gone = idOf(a.key);
    if (gone === this.lastGone) return;
    this.lastGone = gone;
    this.reloads.request();
  }

  /** The selected run is not known yet: nothing of the last one stays on the screen. */
  private leaveRun(): void {
    this.player.stop();
    this.reloads.cancel();
    this.runFault = null;
    this.rowFault = null;
    this.finder.clear();
    this.panels.clear();
    this.overviews.clear();
    this.screen.clear();
  }

  /** There is no run to show; the sentence says why, null that there are none at all. */
  private fail(sentence: string | null): void {
    this.player.stop();
    this.runFault = sentence;
    this.forgetData();
    this.catalogue.watch([]);
    this.screen.leave({ keepsView: false });
  }

  /** The files behind what is cached may have changed. */
  private forgetData(): void {
    this.frames.clear();
    this.screen.forget();
    this.finder.clear();
    this.panels.clear();
    this.overviews.clear();
  }
}
