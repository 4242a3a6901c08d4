/** From summaries to the curves of a signal's two plots: its bands, and its shares of saturation. */
import type { Curve } from "../../charts/curves.ts";
import { highEdge, isWhole, line, lowEdge, overTime } from "../../maths/bands.ts";
import type { Theme } from "../../maths/colours.ts";
import { entryColour, INNER, OUTER, overlayColour, veiled } from "./colours.ts";
import type { Shown } from "./entries.ts";

/** The widest first, so that none hides a narrower one. */
const BANDS = [
  { low: "q05", high: "q95", opacity: OUTER },
  { low: "q25", high: "q75", opacity: INNER },
] as const;

/** A line that swings within each pixel becomes an area, which must not hide what lies below. */
const DENSE = 0.55;

/** The bins of time, and what decides the colours. */
export interface Canvas {
  readonly edges: Uint32Array;
  /** Where the points of all curves stand in time. */
  readonly xs: readonly number[];
  readonly theme: Theme;
}

/** Bands, then the other epochs (`overlaid`, steps of the first entry), then the medians on top. */
export function bandsOf(shown: readonly Shown[], overlaid: readonly number[], canvas: Canvas): Curve[] {
  const { edges, xs, theme } = canvas;
  const plain = { xs, axis: "left", stroke: null, width: 0 } as const;
  const bands = BANDS.flatMap(({ low, high, opacity }) =>
    shown.map(({ summary, row, entry }): Curve => {
      const fill = veiled(entryColour(entry, theme), opacity);
      const heights = highEdge(overTime(summary, row, high), edges);
      const to = lowEdge(overTime(summary, row, low), edges);
      return { ...plain, name: `${low} to ${high}`, heights, area: { fill, to } };
    }),
  );
  const medians = backwards(shown).map(({ summary, row, entry }) =>
    medianOf(overTime(summary, row, "median"), entryColour(entry, theme), 1.75, canvas),
  );
  return [...bands, ...overlaysOf(shown, overlaid, canvas), ...medians];
}

/** The low share rises from the bottom, the high share hangs from the top: at one timestep they cannot meet. */
export function sharesOf(shown: readonly Shown[], { edges, xs, theme }: Canvas): Curve[] {
  return backwards(shown).flatMap(({ summary, row, entry }): Curve[] => {
    const colour = entryColour(entry, theme);
    const fill = veiled(colour, OUTER + INNER);
    const outlined = { xs, axis: "left", stroke: veiled(colour, DENSE), width: 1 } as const;
    const low = highEdge(overTime(summary, row, "saturated_low"), edges);
    const high = highEdge(overTime(summary, row, "saturated_high"), edges);
    const hanging = high.map((share) => (share === null ? null : 1 - share));
    return [
      { ...outlined, name: "saturated_low", heights: low, area: { fill, to: 0 } },
      { ...outlined, name: "saturated_high", heights: hanging, area: { fill, to: 1 } },
    ];
  });
}

function overlaysOf(shown: readonly Shown[], overlaid: readonly number[], canvas: Canvas): Curve[] {
  const first = shown.find(({ entry }) => entry === 0)?.summary;
  if (first === undefined) return [];
  return overlaid.map((step, i) => {
    const colour = overlayColour(i, overlaid.length, canvas.theme);
    return medianOf(overTime(first, first.steps.indexOf(step), "median"), colour, 1, canvas);
  });
}

function medianOf(values: Float32Array, colour: string, width: number, { edges, xs }: Canvas): Curve {
  const stroke = isWhole(edges) ? colour : veiled(colour, DENSE);
  const heights = line(values, edges);
  return { name: "median", xs, heights, axis: "left", stroke, width, area: null };
}

/** So that the first entry lies on top. */
function backwards(shown: readonly Shown[]): Shown[] {
  return [...shown].reverse();
}
