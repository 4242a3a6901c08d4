import type { PanelDefinition } from "../definition.ts";
import { queries } from "./queries.ts";

export const match: PanelDefinition = {
  title: "Match",
  tooltip: "Where else the same units are on",
  letter: null,
  queries,
  element: () => import("./element.ts"),
};
