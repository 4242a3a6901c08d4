/** Colours of the overview: one per entry, and a ramp for the other epochs. */
import { rgb } from "d3-color";
import { interpolateLab } from "d3-interpolate";
import type { Theme } from "../../maths/colours.ts";
import { PALETTE } from "../theme.ts";

/** Blue and orange: the pair that every kind of colour vision tells apart. */
const SECOND = { light: "#d9690b", dark: "#ff9a45" } as const;
/** Without a hue, to differ from both; the early end still stands out from page and bands. */
const EARLY = { light: "#a9afb8", dark: "#68707b" } as const;
const LATE = { light: "#2b3037", dark: "#e4e8ec" } as const;

export function entryColour(entry: number, theme: Theme): string {
  return entry === 0 ? PALETTE[theme].accent : SECOND[theme];
}

/** Opacities of the outer and the inner band; the outer one also lies below the inner. */
export const OUTER = 0.12;
export const INNER = 0.2;

export function veiled(colour: string, opacity: number): string {
  return rgb(colour).copy({ opacity }).formatRgb();
}

/** From the first (faint) to the last (strong) of `count` epochs. */
export function overlayColour(index: number, count: number, theme: Theme): string {
  return interpolateLab(EARLY[theme], LATE[theme])(count > 1 ? index / (count - 1) : 1);
}
