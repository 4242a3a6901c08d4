import type { PanelDefinition } from "../definition.ts";
import { queries } from "./queries.ts";

export const weights: PanelDefinition = {
  title: "Weights",
  tooltip: "W, U and b of each gate",
  letter: null,
  queries,
  element: () => import("./element.ts"),
};
