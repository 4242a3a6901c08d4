/** Actions on the comparison of A and B. */
import { keyOf, otherKey } from "../picture.ts";
import { AS_FIRST, type Comparing, type Other } from "../selection.ts";
import type { Store } from "../store.ts";

type Changing = Pick<Store, "selection" | "update">;

const NEXT: Readonly<Record<Comparing, Comparing>> = { off: "side", side: "difference", difference: "off" };

/** Compared for the first time, a run stands beside its own first step: what training has changed. */
export function compareAs(store: Changing & Pick<Store, "run">, compare: Comparing): void {
  const { other } = store.selection;
  const isUnset = other.run === null && other.layer === null && other.step === null;
  const first = store.run?.steps[0] ?? null;
  void store.update(
    isUnset && compare !== "off" ? { compare, other: { ...other, step: first } } : { compare },
  );
}

/** From one picture to A beside B, to A − B, and back; the overview has no difference. */
export function cycleComparison(store: Changing & Pick<Store, "run">): void {
  const { compare, overview } = store.selection;
  compareAs(store, overview && compare !== "off" ? "off" : NEXT[compare]);
}

/** Chooses B's run; its layer is then as in A, and so is its step, unless the run is A's. */
export function chooseOtherRun(store: Changing, run: string): void {
  const { selection } = store;
  const isFirst = run === selection.run;
  void store.update({
    other: { ...AS_FIRST, run: isFirst ? null : run, step: isFirst ? selection.other.step : null },
  });
}

/** Chooses B's layer; null is as in A. */
export function chooseOtherLayer(store: Changing, layer: string | null): void {
  const other: Other = { ...store.selection.other, layer };
  void store.update({ other });
}

/** A and B change places. */
export function swap(store: Changing & Pick<Store, "run" | "otherRun">): void {
  const { selection, run, otherRun } = store;
  const a = keyOf(selection);
  const b = a && otherKey(selection, otherRun, a, run);
  if (a === null || b === null) return;
  const other = { run: a.run === b.run ? null : a.run, layer: a.layer, step: a.step };
  const { sample } = b;
  void store.update({ run: b.run, layer: b.layer, sample, step: b.step, other, follow: false });
}
