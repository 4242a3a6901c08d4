/**
 * The one place that changes what is shown. Views read its fields and call its methods.
 *
 * `selection` is what the user asked for; `view` is what is painted. They differ while a trace is on its
 * way, and every label beside the picture belongs to `view`, so no number ever stands under a wrong name.
 */
import type { Client } from "../api/client.ts";
import type { RunEntry, RunInfo } from "../api/types.ts";
import type { Params } from "../host/hash.ts";
import type { TimeWindow } from "../maths/window.ts";
import { Catalogue } from "./catalogue.ts";
import { Finder } from "./finder.ts";
import { type FrameKey, Frames } from "./frames.ts";
import { Overviews } from "./overviews.ts";
import { Panels } from "./panels.ts";
import { fromParams } from "./params.ts";
import { RunLoader } from "./run_loader.ts";
import { Screen } from "./screen.ts";
import { keyOf, NOTHING, otherKey, resolve, type Selection } from "./selection.ts";
import { Stepping } from "./stepping.ts";
import type { View } from "./view.ts";
import { frameKeyOf, viewOf } from "./wanted.ts";

export class Session {
  selection: Selection = NOTHING;
  readonly stepping: Stepping;
  readonly panels: Panels;
  readonly overviews: Overviews;
  readonly finder: Finder;

  private readonly catalogue: Catalogue;
  private readonly loader: RunLoader;
  private readonly frames: Frames;
  private readonly screen: Screen;
  private readonly changed: () => void;

  constructor(client: Client, onChange: () => void) {
    this.catalogue = new Catalogue(client);
    this.frames = new Frames(client);
    this.panels = new Panels(client, () => this.stepping.player.playing, onChange);
    this.overviews = new Overviews(client, onChange);
    this.finder = new Finder((run, sample) => this.frames.tokens(run, sample), onChange);
    this.stepping = new Stepping(this, onChange);
    this.changed = onChange;
    this.screen = new Screen(this.frames, (frame) => viewOf(this, frame), {
      changed: () => this.onChange(),
      shown: () => this.panels.want(this.selection, this.run),
      // Perhaps the whole run went away; then the list of runs says so. The trace is not asked for again.
      gone: (key) => this.loader.reloadFor(JSON.stringify(key.a)),
    });
    this.loader = new RunLoader(this.catalogue, this);
  }

  /** Why there is no run to show. */
  get runFault(): string | null {
    return this.loader.fault;
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
    if (run !== null) void this.loader.load(true);
  }

  setVisible(visible: boolean): void {
    if (!visible) this.stepping.pause();
    this.loader.setVisible(visible);
  }

  /** The log may have grown. Asks nothing while nobody looks. */
  reload(): Promise<void> {
    return this.loader.reload();
  }

  chooseRun(run: string): void {
    this.stepping.pause();
    this.selection = { ...this.selection, run };
    this.clear();
    void this.loader.load(true);
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
    this.panels.want(this.selection, this.run);
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
      await this.loader.load(true);
    } else await this.show();
  }

  private windowFor(layer: string): TimeWindow | null {
    const timesteps = (key: string | null) => this.run?.layers.find((one) => one.key === key)?.timesteps;
    return timesteps(layer) === timesteps(this.selection.layer) ? this.selection.window : null;
  }

  /** There is no run: nothing may stand on the screen as if there were. */
  leave(): void {
    this.stepping.player.stop();
    this.clear();
    this.screen.leave(false);
  }

  /** Takes everything of the run off the screen. */
  private clear(): void {
    this.forgetData();
    this.catalogue.forget();
    this.screen.clear();
  }

  /** The files behind what is known may have changed. */
  forgetData(): void {
    this.frames.clear();
    this.finder.forget();
    this.panels.clear();
    this.overviews.clear();
  }

  onChange(): void {
    const { run, selection } = this;
    if (run !== null) this.finder.want(selection.find, run.run, run.samples.length);
    this.changed();
  }

  /** Brings what is painted to `selection`. */
  async show(): Promise<void> {
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
