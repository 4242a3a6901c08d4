import type { PanelDefinition } from "../definition.ts";
import { queries } from "./queries.ts";

export const findings: PanelDefinition = {
  title: "Findings",
  tooltip: "What looks wrong, and why",
  letter: "d",
  queries,
  element: () => import("./element.ts"),
};
