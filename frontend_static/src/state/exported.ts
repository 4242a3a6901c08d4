/** What is exported of a view: its numbers, a name for the file, and the Python that loads the same. */
import { type Place, snippet } from "../export/snippet.ts";
import { arrange } from "../maths/units.ts";
import type { TimeWindow } from "../maths/window.ts";
import { rowName } from "./batch_rows.ts";
import { type Lane, lanesOf, type Plot } from "./lanes.ts";
import { NOTHING, type Selection } from "./selection.ts";
import { labelOf, type Side, type View } from "./view.ts";

type Chosen = Pick<Selection, "signal" | "pinned" | "only">;

export interface Numbers {
  readonly plot: Plot;
  /** What one row and one column of the picture are called. */
  readonly nouns: Lane["nouns"];
  /** The side whose tokens stand beside them. */
  readonly side: Side;
  /** The file's name, without its extension. */
  readonly name: string;
}

/**
 * The numbers of the chosen signal: the difference where that is shown; else those of A, or, if `second`, of B where
 * it stands beside A. Throws an error with the sentence that is shown in their place where there are none.
 */
export function numbersOf(view: View, chosen: Chosen, second: boolean): Numbers {
  const lane = laneOf(view, chosen);
  const other = second && view.compare === "side" ? view.b : null;
  const plot = lane?.plots[other === null ? 0 : 1];
  if (lane === undefined || plot === undefined) throw new Error("This signal is not on the screen.");
  if (typeof plot === "string") throw new Error(plot);
  const side = other ?? view.a;
  return {
    plot,
    nouns: lane.nouns,
    side,
    name: fileName(describe(side, lane.of === null ? null : view.b, lane.signal)),
  };
}

/** Python that loads what the chosen signal's lane shows of the window; null is all of time. */
export function codeOf(view: View, chosen: Chosen, window: TimeWindow | null): string {
  const { a, b } = view;
  const lane = laneOf(view, chosen);
  const [first, second = first] = lane?.plots ?? [];
  const signal = chosen.signal ?? "";
  const placeOf = ({ run, trace }: Side, plot: Plot | string | undefined): Place => {
    const { layer, sample, step } = trace.key;
    return {
      directory: run.directory,
      layer,
      signal,
      sample,
      step,
      window,
      units: unitsOf(plot, chosen.only),
    };
  };
  const other = b?.trace.signals.has(signal) ? placeOf(b, second) : null;
  return snippet(placeOf(a, first), other, lane !== undefined && lane.of !== null);
}

/** "a/rnn · epoch 3 | b/rnn · epoch 3 · lstm · the sample's name". */
export function titleOf({ a, b, compare }: View): string {
  const layers = [...new Set([a, ...(b ? [b] : [])].map(({ layer }) => layer.key))].join(" and ");
  const both = b === null ? "" : ` ${compare === "side" ? "|" : "−"} ${labelOf(b, true)}`;
  return `${labelOf(a, true)}${both} · ${layers} · ${rowName(a.run, a.layer, a.trace.key.sample)}`;
}

/** A name that every file system accepts. */
export function fileName(text: string): string {
  const plain = text.replace(/[^\p{L}\p{M}\p{N}_.−-]+/gu, "-").replace(/^[-.]+/, "");
  return [...plain].slice(0, 120).join("");
}

/** The lane of the signal itself, not of the evolution of one unit. */
function laneOf(view: View, { signal, pinned, only }: Chosen): Lane | undefined {
  return lanesOf(view, arrange(view.order, pinned, only), NOTHING).find((lane) => lane.signal === signal);
}

/** The units that show; null if all do, whose order does not matter. */
function unitsOf(plot: Plot | string | undefined, only: boolean): number[] | null {
  if (!only || plot === undefined || typeof plot === "string") return null;
  const { order, matrix } = plot;
  const isWhole = order.length === matrix.units && order.every((unit, row) => unit === row);
  return isWhole ? null : [...order];
}

function describe(side: Side, subtracted: Side | null, signal: string): string {
  const { layer, sample } = side.trace.key;
  const minus = subtracted === null ? "" : `minus ${labelOf(subtracted, true)}`;
  // The picture's name is that of a row; a sample's own name may be a long text.
  const row = side.layer.rows === null ? `sample ${sample}` : rowName(side.run, side.layer, sample);
  return `${labelOf(side, true)} ${minus} ${layer} ${row} ${signal}`;
}
