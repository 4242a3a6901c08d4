/** The way through the captured steps: one by one, or playing. */
import type { RunInfo } from "../api/types.ts";
import { Player } from "./player.ts";
import { nearestStep, neighbourStep, type Selection } from "./selection.ts";

const PREFETCH = 3;

/** What is stepped through. */
export interface Stepped {
  readonly selection: Selection;
  readonly run: RunInfo | null;
  readonly otherRun: RunInfo | null;
  readonly traceFault: string | null;
  readonly choose: (patch: Partial<Selection>) => Promise<void>;
}

export class Stepping {
  readonly player: Player;
  private readonly session: Stepped;
  private readonly onChange: () => void;
  /** Which way the steps went last: there the next ones are fetched before they are asked for. */
  private heading = 0;
  /** Whether playing begins with the first step, as it does at the last. */
  private rewinds = false;

  constructor(session: Stepped, onChange: () => void) {
    this.session = session;
    this.onChange = onChange;
    this.player = new Player(() => this.playOn(), onChange);
  }

  /** Of the user's own accord: from now on the newest step is not followed. */
  goTo(step: number): void {
    this.pause();
    this.heading = Math.sign(step - (this.session.selection.step ?? step));
    void this.session.choose({ step, follow: false });
  }

  /** By captured steps, not by their numbers: they need not be consecutive. */
  move(by: number): void {
    const { run, selection } = this.session;
    const step = run && neighbourStep(run.steps, selection.step, by);
    if (step !== null) this.goTo(step);
  }

  /** B's own step; the first move takes it from A's. */
  moveOther(by: number): void {
    const { selection, otherRun } = this.session;
    if (otherRun === null || selection.compare === "off") return;
    const from = nearestStep(otherRun.steps, selection.other.step ?? selection.step ?? 0);
    const step = neighbourStep(otherRun.steps, from, by);
    void this.session.choose({ other: { ...selection.other, step } });
  }

  toggle(): void {
    if (this.player.playing) this.pause();
    else this.play();
  }

  pause(): void {
    this.player.stop();
    this.onChange();
  }

  setRate(stepsPerSecond: number): void {
    this.player.rate = stepsPerSecond;
    this.onChange();
  }

  /** The steps that come next if things go on as they did. */
  ahead(): readonly number[] {
    const { run, selection } = this.session;
    const steps = run?.steps ?? [];
    const at = steps.indexOf(selection.step ?? Number.NaN);
    if (this.heading === 0 || at < 0) return [];
    if (this.heading > 0) return steps.slice(at + 1, at + 1 + PREFETCH);
    return steps.slice(Math.max(0, at - PREFETCH), at).reverse();
  }

  private play(): void {
    const { run, selection } = this.session;
    const steps = run?.steps ?? [];
    if (steps.length < 2) return;
    this.heading = 1;
    this.rewinds = selection.step === steps.at(-1);
    void this.session.choose({ follow: false });
    this.player.start();
    this.onChange();
  }

  private async playOn(): Promise<boolean> {
    const { run, selection } = this.session;
    if (run === null || this.session.traceFault !== null) return false;
    const next = this.rewinds ? run.steps[0] : neighbourStep(run.steps, selection.step, 1);
    this.rewinds = false;
    if (next == null || next === selection.step) return false;
    await this.session.choose({ step: next });
    return this.session.traceFault === null;
  }
}
