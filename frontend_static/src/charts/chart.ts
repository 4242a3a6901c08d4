/** The description of a line chart. */
import type { TemplateResult } from "lit";
import type { XAxis, YAxis } from "./axes.ts";
import type { Curve } from "./curves.ts";

export interface Chart {
  /** Its label for screen readers. */
  readonly label: string;
  readonly x: XAxis;
  readonly left: YAxis;
  readonly right?: YAxis;
  /** Of the plot, in CSS pixels; its width is the x axis's. */
  readonly height: number;
  /** Room for the labels at either side, in CSS pixels. */
  readonly gutter: { readonly left: number; readonly right: number };
  /** The last lies on top. */
  readonly curves: readonly Curve[];
  /** The name of the main curve, which has a dot at the crosshair. */
  readonly main?: string;
  /** A value of the left axis with a line across. */
  readonly level?: number | null;
  /** The place of the crosshair. */
  readonly at?: number | null;
  /** Whether a click picks a place. */
  readonly picks?: boolean;
  /** Drawn below the curves. */
  readonly below?: TemplateResult | TemplateResult[];
  /** Set for curves with too many points for SVG; then there are no labels, no crosshair and no mouse. */
  readonly canvas?: CanvasLook;
}

/** The main curve, and the curves for comparison. */
export const MAIN = { axis: "left", stroke: "var(--accent)", width: 1.75, area: null } as const;
export const OTHER = { axis: "left", stroke: "var(--faint)", width: 1.25, area: null } as const;

/** Colours that a canvas cannot take from the style sheet, and its marks. */
export interface CanvasLook {
  readonly ruleColour: string;
  /** Stretches of the x axis marked at the top edge. */
  readonly marks: readonly (readonly [number, number])[];
  readonly markColour: string;
}
