/** Keeps what is known of the runs up to date with the log: which there are, and what the chosen ones hold. */
import { isAbort, sentenceOf } from "../api/client.ts";
import type { RunInfo } from "../api/types.ts";
import type { Catalogue } from "./catalogue.ts";
import { resolve, type Selection } from "./selection.ts";
import type { View } from "./view.ts";

/** How often to look for a run that is not there yet: TensorBoard reads its folders at leisure. */
const WAIT_MS = 3000;

/** The session, as far as runs are brought for it. */
export interface Shown {
  selection: Selection;
  readonly view: View | null;
  readonly run: RunInfo | null;
  readonly otherRun: RunInfo | null;
  readonly show: () => Promise<void>;
  readonly forgetData: () => void;
  readonly leave: () => void;
  readonly onChange: () => void;
}

export class RunLoader {
  /** Why there is no run to show. */
  fault: string | null = null;
  private readonly catalogue: Catalogue;
  private readonly shown: Shown;
  /** Whether a run has changed since what is known of it was last forgotten; an interrupted reload leaves it so. */
  private outdated = false;
  private lastGone = "";
  private visible = true;
  private missedReload = false;
  private waiting: ReturnType<typeof setTimeout> | undefined;

  constructor(catalogue: Catalogue, shown: Shown) {
    this.catalogue = catalogue;
    this.shown = shown;
  }

  setVisible(visible: boolean): void {
    this.visible = visible;
    if (visible && this.missedReload) void this.reload();
  }

  /** The log may have grown. Asks nothing while nobody looks. */
  async reload(retry = true): Promise<void> {
    this.missedReload = !this.visible;
    if (!this.visible) return;
    this.begin();
    try {
      await this.catalogue.refreshList();
    } catch (error) {
      if (!isAbort(error)) this.fail(sentenceOf(error));
      return;
    }
    const { runs } = this.catalogue;
    const wanted = this.shown.selection.run ?? runs?.[0]?.name;
    if (wanted !== undefined && this.catalogue.has(wanted)) {
      this.shown.selection = { ...this.shown.selection, run: wanted };
      await this.load(retry && this.shown.view === null);
      return;
    }
    this.fail(runs?.length === 0 ? null : `The run “${wanted}” is not here (any more).`);
    this.waiting = setTimeout(() => void this.reload(), WAIT_MS);
  }

  /** Once for each picture that is gone: a run that grows at every answer would be asked for it for ever. */
  reloadFor(picture: string): void {
    if (picture === this.lastGone) return;
    this.lastGone = picture;
    void this.reload(false);
  }

  /** Asks anew what the chosen runs hold, and shows it: if they have grown, or in any case. */
  async load(inAnyCase: boolean): Promise<void> {
    this.begin();
    const { run, other, compare } = this.shown.selection;
    if (run === null) return;
    const second = compare !== "off" && other.run !== null && other.run !== run ? other.run : null;
    try {
      this.outdated = (await this.catalogue.refresh(run)) || this.outdated;
      if (second !== null) this.outdated = (await this.refreshOther(second)) || this.outdated;
    } catch (error) {
      if (!isAbort(error)) this.fail(sentenceOf(error));
      return;
    }
    this.fault = null;
    // What was not asked for anew may have grown meanwhile.
    this.catalogue.keepOnly([run, second]);
    const grown = this.outdated;
    this.outdated = false;
    // The same files, or a new training in the same place: only the server knows.
    if (grown) this.shown.forgetData();
    const { run: known, selection, otherRun } = this.shown;
    if (known !== null) this.shown.selection = resolve(selection, known, otherRun);
    // The overview asks again for what did not come.
    if (grown || inAnyCase || selection.overview) await this.shown.show();
    else this.shown.onChange();
  }

  private begin(): void {
    clearTimeout(this.waiting);
    this.catalogue.begin();
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

  private fail(sentence: string | null): void {
    this.fault = sentence;
    this.shown.leave();
  }
}
