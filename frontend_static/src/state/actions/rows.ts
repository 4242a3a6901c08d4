/** Actions on the rows: their order, the units at the top, and whether the others are hidden. */
import type { Ordering } from "../../maths/order.ts";
import { BY_INDEX } from "../selection.ts";
import type { Store } from "../store.ts";

type Changing = Pick<Store, "selection" | "update">;

/** Orders the rows by what the steps on the screen show; they keep that order at other steps. */
export function orderBy(store: Changing & Pick<Store, "view">, by: Ordering, signal: string): void {
  const { selection, view } = store;
  const step = view?.a.trace.key.step ?? selection.step;
  const otherStep = view?.b?.trace.key.step ?? null;
  void store.update({ order: by === "index" ? BY_INDEX : { by, signal, step, otherStep } });
}

/** Puts these units at the top. */
export function pinUnits(store: Changing, pinned: readonly number[]): void {
  void store.update({ pinned, only: store.selection.only && pinned.length > 0 });
}

/** Puts the crosshair's unit at the top, or back to its place. */
export function togglePinned(store: Changing): void {
  const { pin, pinned } = store.selection;
  if (pin === null) return;
  const others = pinned.filter((unit) => unit !== pin.unit);
  pinUnits(store, others.length < pinned.length ? others : [...pinned, pin.unit]);
}

/** Hides all units but those at the top, or shows them again. */
export function toggleOnly(store: Changing): void {
  const { only, pinned } = store.selection;
  void store.update({ only: !only && pinned.length > 0 });
}
