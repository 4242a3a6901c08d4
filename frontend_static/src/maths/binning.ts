/** From [timesteps, units] to at most one cell per device pixel; the value farthest from the centre shows. */
import { type Coded, EMPTY, NOT_FINITE } from "./codes.ts";

/** Half-open bins over the integers from `first`: bin i holds [edges[i], edges[i + 1]). */
export function binEdges(first: number, end: number, pixels: number): Uint32Array {
  const count = Math.max(0, end - first);
  const bins = Math.max(1, Math.min(count, Math.floor(pixels)));
  return Uint32Array.from({ length: bins + 1 }, (_, i) => first + Math.round((i * count) / bins));
}

export interface BinInput {
  readonly coded: Coded;
  readonly units: number;
  /** Row r of the picture starts with unit order[unitEdges[r]]. */
  readonly order: Uint32Array;
  readonly unitEdges: Uint32Array;
  readonly timeEdges: Uint32Array;
  readonly mask: Uint8Array | null;
}

/** Paints `colours[code]` into `pixels` ([rows, columns]); says whether anything was not a finite number. */
export function paintBins(input: BinInput, colours: Uint32Array, pixels: Uint32Array): boolean {
  const { coded, units, order, unitEdges, timeEdges, mask } = input;
  const { keys, table } = coded;
  const rows = unitEdges.length - 1;
  const columns = timeEdges.length - 1;
  const column = new Uint8Array(rows);
  let sawNotFinite = false;
  for (let x = 0; x < columns; x++) {
    column.fill(EMPTY);
    const end = timeEdges[x + 1] as number;
    for (let t = timeEdges[x] as number; t < end; t++) {
      if (mask !== null && mask[t] === 0) continue;
      const base = t * units;
      let u = unitEdges[0] as number;
      for (let y = 0; y < rows; y++) {
        let largest = column[y] as number;
        const last = unitEdges[y + 1] as number;
        for (; u < last; u++) {
          const code = table[keys[base + (order[u] as number)] as number] as number;
          if (code > largest) largest = code;
        }
        column[y] = largest;
      }
    }
    for (let y = 0, at = x; y < rows; y++, at += columns) {
      const code = column[y] as number;
      if (code === NOT_FINITE) sawNotFinite = true;
      pixels[at] = colours[code] as number;
    }
  }
  return sawNotFinite;
}

/** Stretches of padding as [start, end) pairs. */
export function paddingRuns(mask: Uint8Array | null): [number, number][] {
  const runs: [number, number][] = [];
  if (mask === null) return runs;
  for (let t = 0; t < mask.length; t++) {
    if (mask[t] !== 0) continue;
    const last = runs.at(-1);
    if (last !== undefined && last[1] === t) last[1] = t + 1;
    else runs.push([t, t + 1]);
  }
  return runs;
}

/** An order without the units from `units` on; the same one for the same order, so that a lane need not repaint. */
export function firstUnits(order: Uint32Array, units: number): Uint32Array {
  const known = shortened.get(order) ?? new Map<number, Uint32Array>();
  shortened.set(order, known);
  const made = known.get(units) ?? order.filter((unit) => unit < units);
  known.set(units, made);
  return made;
}

const shortened = new WeakMap<Uint32Array, Map<number, Uint32Array>>();

export function identityOrder(units: number): Uint32Array {
  return Uint32Array.from({ length: units }, (_, unit) => unit);
}
