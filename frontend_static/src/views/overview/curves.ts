/** From summaries to the curves of a signal's two plots: its bands, and its shares of saturation. */
import { highEdge, isWhole, line, lowEdge, overTime, type Points } from "../../maths/bands.ts";
import type { Theme } from "../../maths/colours.ts";
import { entryColour, INNER, OUTER, overlayColour, veiled } from "./colours.ts";
import type { Shown } from "./entries.ts";
import type { Curve } from "./plot.ts";

/** The widest first, so that none hides a narrower one. */
const BANDS = [
  { low: "q05", high: "q95", opacity: OUTER },
  { low: "q25", high: "q75", opacity: INNER },
] as const;

/** A line that swings within each pixel becomes an area, which must not hide what lies below. */
const DENSE = 0.55;

const EDGE: Curve = { stroke: null, width: 0, fill: null, fillTo: null };

/** A curve and where it runs. */
export interface Drawn {
  readonly curve: Curve;
  readonly heights: Points;
}

/** The bins of time, and what decides the colours. */
export interface Canvas {
  readonly edges: Uint32Array;
  readonly theme: Theme;
}

/** Bands, then the other epochs (`overlaid`, steps of the first entry), then the medians on top. */
export function bandsOf(shown: readonly Shown[], overlaid: readonly number[], canvas: Canvas): Drawn[] {
  const { edges, theme } = canvas;
  const bands = BANDS.flatMap(({ low, high, opacity }) =>
    shown.flatMap(({ summary, row, entry }): Drawn[] => {
      const fill = veiled(entryColour(entry, theme), opacity);
      const from = highEdge(overTime(summary, row, high), edges);
      const to = lowEdge(overTime(summary, row, low), edges);
      return [
        { curve: { ...EDGE, fill, fillTo: "next" }, heights: from },
        { curve: EDGE, heights: to },
      ];
    }),
  );
  const medians = backwards(shown).map(({ summary, row, entry }) =>
    medianOf(overTime(summary, row, "median"), entryColour(entry, theme), 1.75, canvas),
  );
  return [...bands, ...overlaysOf(shown, overlaid, canvas), ...medians];
}

/** The low share rises from the bottom, the high share hangs from the top: at one timestep they cannot meet. */
export function sharesOf(shown: readonly Shown[], { edges, theme }: Canvas): Drawn[] {
  return backwards(shown).flatMap(({ summary, row, entry }) => {
    const colour = entryColour(entry, theme);
    const area = { width: 1, stroke: veiled(colour, DENSE), fill: veiled(colour, OUTER + INNER) };
    const low = highEdge(overTime(summary, row, "saturated_low"), edges);
    const high = highEdge(overTime(summary, row, "saturated_high"), edges);
    return [
      { curve: { ...area, fillTo: 0 }, heights: low },
      { curve: { ...area, fillTo: 1 }, heights: high.map((one) => (one === null ? null : 1 - one)) },
    ];
  });
}

function overlaysOf(shown: readonly Shown[], overlaid: readonly number[], canvas: Canvas): Drawn[] {
  const first = shown.find(({ entry }) => entry === 0)?.summary;
  if (first === undefined) return [];
  return overlaid.map((step, i) => {
    const colour = overlayColour(i, overlaid.length, canvas.theme);
    return medianOf(overTime(first, first.steps.indexOf(step), "median"), colour, 1, canvas);
  });
}

function medianOf(values: Float32Array, colour: string, width: number, { edges }: Canvas): Drawn {
  const stroke = isWhole(edges) ? colour : veiled(colour, DENSE);
  return { curve: { ...EDGE, stroke, width }, heights: line(values, edges) };
}

/** So that the first entry lies on top. */
function backwards(shown: readonly Shown[]): Shown[] {
  return [...shown].reverse();
}
