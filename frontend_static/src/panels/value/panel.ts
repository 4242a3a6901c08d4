import type { PanelDefinition } from "../definition.ts";
import { queries } from "./queries.ts";

export const value: PanelDefinition = {
  title: "Value",
  tooltip: "The picked value explained",
  letter: "e",
  queries,
  element: () => import("./element.ts"),
};
