/** Actions on the panel beside the picture. */
import type { Panel } from "../selection.ts";
import type { Store } from "../store.ts";

type Changing = Pick<Store, "selection" | "update">;

/** Opens a panel, or closes it. */
export function togglePanel(store: Changing, panel: Panel): void {
  void store.update({ panel: store.selection.panel === panel ? null : panel });
}

/** Opens the inspector at its first page, or closes it, whichever page is open. */
export function toggleInspector(store: Changing): void {
  void store.update({ panel: isInspector(store.selection.panel) ? null : "unit" });
}

/** Whether a panel is one of the inspector's pages; findings have a button of their own. */
export function isInspector(panel: Panel | null): boolean {
  return panel !== null && panel !== "findings";
}
