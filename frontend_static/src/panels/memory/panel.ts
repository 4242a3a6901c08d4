import type { PanelDefinition } from "../definition.ts";
import { queries } from "./queries.ts";

export const memory: PanelDefinition = {
  title: "Memory",
  tooltip: "How far back units remember",
  letter: null,
  queries,
  element: () => import("./element.ts"),
};
