/** Actions on the search in the tokens. */
import { revealStretch } from "../../maths/window.ts";
import { firstRow, rowsOf } from "../batch_rows.ts";
import { wrap } from "../finder.ts";
import type { Store } from "../store.ts";
import type { TimeAxis } from "./time.ts";

type Searching = Pick<Store, "selection" | "update" | "finder" | "run">;

export function search(store: Searching, find: string): void {
  void store.update({ find });
}

/** Puts the crosshair on the next match, or on the one before; returns false if there is none. */
export function goToMatch(store: Searching, axis: TimeAxis | null, by: 1 | -1): boolean {
  const { matches, at } = store.finder;
  if (matches === null) return false;
  const match = store.finder.goTo(wrap(at, by, matches.length));
  if (match === null) return false;
  const { pin, window } = store.selection;
  const next = window && axis ? revealStretch(axis.window, match, axis.total) : window;
  const { start } = match;
  const { run } = store;
  const layer = run?.layers.find(({ key }) => key === store.selection.layer);
  const sample = run && firstRow(rowsOf(run, layer), match.sample);
  if (sample === null) return false;
  void store.update({ sample, pin: { timestep: start, unit: pin?.unit ?? 0 }, window: next });
  return true;
}
