import type { PanelDefinition } from "../definition.ts";
import { queries } from "./queries.ts";

export const unit: PanelDefinition = {
  title: "Unit",
  tooltip: "The picked unit over all steps",
  letter: "i",
  queries,
  element: () => import("./element.ts"),
};
