/** Actions on the search in the tokens. */
import { revealStretch } from "../../maths/window.ts";
import { firstRow, rowsOf } from "../batch_rows.ts";
import { wrap } from "../finder.ts";
import { layerOf } from "../layers.ts";
import type { Store } from "../store.ts";
import type { TimeAxis } from "./time.ts";

type Searching = Pick<Store, "selection" | "update" | "finder" | "run">;

export function search(store: Searching, find: string): void {
  void store.update({ find });
}

/** Puts the crosshair on the next match that the layer has a row of, or on the one before; returns false if there is none. */
export function goToMatch(store: Searching, axis: TimeAxis | null, by: 1 | -1): boolean {
  const { matches, at } = store.finder;
  let place = at;
  for (const _ of matches ?? []) {
    place = wrap(place, by, matches?.length ?? 0);
    const sample = rowOf(store, matches?.[place]?.sample ?? null);
    if (sample !== null) return goTo(store, axis, place, sample);
  }
  return false;
}

function goTo(store: Searching, axis: TimeAxis | null, place: number, sample: number): boolean {
  const match = store.finder.goTo(place);
  if (match === null) return false;
  const { pin, window } = store.selection;
  const next = window && axis ? revealStretch(axis.window, match, axis.total) : window;
  void store.update({ sample, pin: { timestep: match.start, unit: pin?.unit ?? 0 }, window: next });
  return true;
}

/** The row of a sample of the probe: the selected one if it is a part of it, else its first. */
function rowOf({ run, selection }: Searching, sample: number | null): number | null {
  if (run === null || sample === null) return null;
  const rows = rowsOf(run, layerOf(run, selection.layer));
  const { sample: row } = selection;
  return row !== null && rows[row]?.sample === sample ? row : firstRow(rows, sample);
}
