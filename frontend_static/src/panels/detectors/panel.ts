import type { PanelDefinition } from "../definition.ts";
import { queries } from "./queries.ts";

export const detectors: PanelDefinition = {
  title: "Detectors",
  tooltip: "Which units track an annotation",
  letter: null,
  queries,
  element: () => import("./element.ts"),
};
