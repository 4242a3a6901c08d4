/** The Python that loads what is shown. */
import type { TimeWindow } from "../maths/window.ts";

export interface Place {
  /** The run's directory, as `open_run` takes it. */
  readonly directory: string;
  readonly layer: string;
  readonly signal: string;
  readonly sample: number;
  readonly step: number;
  /** null: the whole time axis. */
  readonly window: TimeWindow | null;
  /** null: all, in the layer's order. */
  readonly units: readonly number[] | null;
}

function escaped(char: string): string {
  const point = char.codePointAt(0) as number;
  return point > 0xffff
    ? `\\U${point.toString(16).padStart(8, "0")}`
    : `\\u${point.toString(16).padStart(4, "0")}`;
}

/**
 * A string as Python writes it. JSON's escapes are Python's too, a lone surrogate's included, which is how
 * Python itself spells the bytes of a file name that are not text. Invisible characters that JSON does not escape
 * (line separators, marks of direction) are escaped, too: in an editor they would mislead or get lost.
 */
function literal(text: string): string {
  return JSON.stringify(text).replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, escaped);
}

/** The stretch and the units that show, as an index of `[timestep, unit]`. */
function shownIndex({ window, units }: Place): string {
  const stretch =
    window === null ? ":" : `${Math.max(0, Math.floor(window.from))}:${Math.max(0, Math.ceil(window.to))}`;
  if (units !== null) return `[${stretch}, [${units.join(", ")}]]`;
  return window === null ? "" : `[${stretch}]`;
}

function loading(run: string, place: Place): string {
  const { layer, signal, sample, step } = place;
  // The sample has brackets of its own: x[0, :, [3, 7]] is [unit, timestep] to NumPy, the other way round.
  return `${run}.load(${literal(layer)}, ${literal(signal)}, step=${step})[${sample}]${shownIndex(place)}`;
}

const opening = ({ directory }: Place) => `open_run(${literal(directory)})`;
const SHAPE = "  # [timestep, unit]";

function loadBoth(a: Place, b: Place): string[] {
  const one = a.directory === b.directory;
  const runs = one ? [`run = ${opening(a)}`] : [`run_a = ${opening(a)}`, `run_b = ${opening(b)}`];
  return [
    ...runs,
    `a = ${loading(one ? "run" : "run_a", a)}${SHAPE}`,
    `b = ${loading(one ? "run" : "run_b", b)}`,
  ];
}

/** Python that loads what is shown: `values`, or `a` and `b`, and their `difference` when that is shown. */
export function snippet(place: Place, other: Place | null = null, difference = false): string {
  const lines = ["from tb_rnn_plugin import open_run", ""];
  if (other === null) lines.push(`run = ${opening(place)}`, `values = ${loading("run", place)}${SHAPE}`);
  else lines.push(...loadBoth(place, other));
  if (other !== null && difference) lines.push("difference = a - b");
  return `${lines.join("\n")}\n`;
}
