/** Actions on the captured steps: going to one, playing, following the newest. */
import { nearestStep, neighbourStep } from "../steps.ts";
import type { Store } from "../store.ts";

type Changing = Pick<Store, "selection" | "update">;

/** Goes to a step of the user's choice: from then on neither playing nor following goes on. */
export function goToStep(store: Changing & Pick<Store, "pause">, step: number): void {
  store.pause();
  void store.update({ step, follow: false });
}

/** Goes `by` captured steps on, or back. */
export function moveStep(store: Changing & Pick<Store, "pause" | "run">, by: number): void {
  const { run, selection } = store;
  const step = run && neighbourStep(run.steps, selection.step, by);
  if (step !== null) goToStep(store, step);
}

/** Gives B a step of its own. */
export function goToOtherStep(store: Changing, step: number | null): void {
  void store.update({ other: { ...store.selection.other, step } });
}

/** Moves B by captured steps of its run; the first move starts at A's step. */
export function moveOtherStep(store: Changing & Pick<Store, "otherRun">, by: number): void {
  const { selection, otherRun } = store;
  if (otherRun === null || selection.compare === "off") return;
  const from = nearestStep(otherRun.steps, selection.other.step ?? selection.step ?? 0);
  goToOtherStep(store, neighbourStep(otherRun.steps, from, by));
}

export function togglePlaying(store: Pick<Store, "playing" | "play" | "pause">): void {
  if (store.playing) store.pause();
  else store.play();
}

export function toggleFollowing(store: Changing): void {
  void store.update({ follow: !store.selection.follow });
}
