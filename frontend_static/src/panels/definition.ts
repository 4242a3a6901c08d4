/** The definition of a panel: one entry of the registry. */
import type { RunInfo, TraceKey } from "../api/types.ts";
import type { Selection } from "../state/selection.ts";
import type { AnswerLookup, PanelQuery } from "./query.ts";
import type { PanelElement } from "./shared/page.ts";

export interface PanelDefinition {
  /** The text on its tab. */
  readonly title: string;
  /** What it shows, for the tab's tooltip. */
  readonly tooltip: string;
  /** A key that opens it, besides its number in the registry. */
  readonly letter: string | null;
  /** Its queries to the server, with the trace of B where two are compared; null in place of a query for which the selection lacks something. */
  readonly queries: (
    selection: Selection,
    run: RunInfo,
    answers: AnswerLookup,
    other: TraceKey | null,
  ) => readonly (PanelQuery<object> | null)[];
  /** Its element, imported when the panel is first opened, so that `state/` can read the registry without components. */
  readonly element: () => Promise<{ readonly default: new () => PanelElement }>;
}
