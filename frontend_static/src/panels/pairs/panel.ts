import type { PanelDefinition } from "../definition.ts";
import { queries } from "./queries.ts";

export const pairs: PanelDefinition = {
  title: "Pairs",
  tooltip: "Which units of A and B do the same",
  letter: null,
  queries,
  element: () => import("./element.ts"),
};
