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

/** Columns that are binned together: their pixels of one row fill a cache line, which is then written once. */
const BLOCK = 16;

/** Paints `colours[code]` into `pixels` ([rows, columns]); returns whether anything was not a finite number. */
export function paintBins(input: BinInput, colours: Uint32Array, pixels: Uint32Array): boolean {
  const { unitEdges, timeEdges } = input;
  const rows = unitEdges.length - 1;
  const columns = timeEdges.length - 1;
  const places = blockPlaces(input);
  const block = new Uint8Array(rows * BLOCK);
  let sawNotFinite = false;
  for (let left = 0; left < columns; left += BLOCK) {
    const width = Math.min(BLOCK, columns - left);
    block.fill(EMPTY);
    for (let x = 0; x < width; x++) {
      binColumn(input, timeEdges[left + x] as number, timeEdges[left + x + 1] as number, places, block, x);
    }
    for (let y = 0; y < rows; y++) {
      for (let x = 0; x < width; x++) {
        const code = block[y * BLOCK + x] as number;
        if (code === NOT_FINITE) sawNotFinite = true;
        pixels[y * columns + left + x] = colours[code] as number;
      }
    }
  }
  return sawNotFinite;
}

interface Places {
  /** The units that show, ascending: in the order in which they lie in memory. */
  readonly shown: Uint32Array;
  /** Where the row of each of them begins in a block. */
  readonly starts: Uint32Array;
}

function blockPlaces({ order, unitEdges }: BinInput): Places {
  const shown = order.slice().sort();
  const rowOf = new Map<number, number>();
  for (let row = 0; row + 1 < unitEdges.length; row++) {
    for (let i = unitEdges[row] as number; i < (unitEdges[row + 1] as number); i++) {
      rowOf.set(order[i] as number, row);
    }
  }
  return { shown, starts: shown.map((unit) => (rowOf.get(unit) ?? 0) * BLOCK) };
}

/** The largest code of each row over the timesteps [from, to), into column `x` of a block. */
function binColumn(
  { coded, units, mask }: BinInput,
  from: number,
  to: number,
  { shown, starts }: Places,
  block: Uint8Array,
  x: number,
): void {
  const { keys, table } = coded;
  for (let t = from; t < to; t++) {
    if (mask !== null && mask[t] === 0) continue;
    const base = t * units;
    for (let i = 0; i < shown.length; i++) {
      const code = table[keys[base + (shown[i] as number)] as number] as number;
      const at = (starts[i] as number) + x;
      const largest = block[at] as number;
      // The larger of the two, without a branch, which the processor would often mispredict.
      const more = code - largest;
      block[at] = largest + (more & ~(more >> 31));
    }
  }
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
