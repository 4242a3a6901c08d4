/** The panels, in the order in which they are offered. */
import type { PanelDefinition } from "./definition.ts";
import { detectors } from "./detectors/panel.ts";
import { findings } from "./findings/panel.ts";
import { match } from "./match/panel.ts";
import { memory } from "./memory/panel.ts";
import { pairs } from "./pairs/panel.ts";
import { unit } from "./unit/panel.ts";
import { value } from "./value/panel.ts";
import { weights } from "./weights/panel.ts";

export const REGISTRY = {
  unit,
  value,
  findings,
  detectors,
  match,
  weights,
  memory,
  pairs,
} as const satisfies Readonly<Record<string, PanelDefinition>>;

// Gives `Selection.panel` its type. The declaration stands here so that selection.ts need not import the panels.
declare module "../state/selection.ts" {
  interface PanelNames extends Record<keyof typeof REGISTRY, true> {}
}

type Panel = keyof typeof REGISTRY;
export const PANELS = Object.keys(REGISTRY) as readonly Panel[];

/** The panel that a key opens: its number, or its letter. */
export function panelOfKey(key: string): Panel | undefined {
  return PANELS[Number(key) - 1] ?? PANELS.find((name) => REGISTRY[name].letter === key);
}

/** The tooltip of a panel's tab, which ends with its key. */
export function tooltipOf(panel: Panel): string {
  const { tooltip, letter } = REGISTRY[panel];
  return `${tooltip} (${letter ?? PANELS.indexOf(panel) + 1})`;
}
