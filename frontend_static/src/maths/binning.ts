/**
 * From [timesteps, units] to at most one cell per device pixel.
 *
 * A pixel of several values shows their mean, to which a value beyond the scale adds as much as its end. In a mean a few
 * extremes vanish; if each of them took a pixel of its own, they would seem far more than they are. So each tile of pixels
 * shows extremes in as many pixels as they would fill by their number, and in one at least. NaN shows wherever it is.
 */
import { ABOVE, BELOW, type Coded, codeOfShade, EMPTY, NOT_FINITE, SHADES, shadeOf } from "./codes.ts";
import { isMasked, type Mask } from "./mask.ts";

/** Half-open bins over the integers from `first`: bin i holds [edges[i], edges[i + 1]). */
export function binEdges(first: number, end: number, pixels: number): Uint32Array {
  const count = Math.max(0, end - first);
  const bins = Math.max(1, Math.min(count, Math.floor(pixels)));
  return Uint32Array.from({ length: bins + 1 }, (_, i) => first + Math.round((i * count) / bins));
}

/** How many of `count` things each pixel holds on average, at least one. */
export function perPixel(count: number, pixels: number): number {
  return Math.max(1, count / Math.max(1, Math.floor(pixels)));
}

export interface BinInput {
  readonly coded: Coded;
  readonly units: number;
  readonly timesteps: number;
  /** Row r of the picture starts with unit order[unitEdges[r]]. */
  readonly order: Uint32Array;
  readonly unitEdges: Uint32Array;
  readonly timeEdges: Uint32Array;
  readonly mask: Mask;
  /** Whether any value lies beyond the scale. */
  readonly clipped: boolean;
}

/** Side of a tile in pixels. The pixels that a row has in one tile fill a cache line, which is then written once. */
const TILE = 16;

/** An extreme is a value beyond this part of the scale; with values beyond the scale itself, these are the extremes. */
const EXTREME = 0.8 * SHADES;

// What a value adds to its bin, by its code, as one small integer: 13 bits for the sum of shades from 0 on, and 5 each for
// how many extremes there are below and above the centre, and how many values are not finite. So many values fit in:
const MAX_ADDED = 31;
const [LOW, HIGH, NAN] = [2 ** 13, 2 ** 18, 2 ** 23];
function weights(extreme: number): Int32Array {
  return Int32Array.from({ length: 256 }, (_, code) => {
    if (code === NOT_FINITE) return NAN;
    const shade = shadeOf(code);
    const onScale = Math.max(-SHADES, Math.min(SHADES, shade)) + SHADES;
    return onScale + (shade <= -extreme ? LOW : 0) + (shade >= extreme ? HIGH : 0);
  });
}
const PLAIN = weights(EXTREME);
const CLIPPED = weights(shadeOf(ABOVE));

const byTable = new WeakMap<Uint8Array, Map<Int32Array, Int32Array>>();

/** What each key adds, from a table of codes: one look-up a value instead of two. */
function addedByKey(table: Uint8Array, ofCode: Int32Array): Int32Array {
  const known = byTable.get(table) ?? new Map<Int32Array, Int32Array>();
  byTable.set(table, known);
  let byKey = known.get(ofCode);
  if (byKey === undefined) {
    byKey = new Int32Array(table.length);
    for (let key = 0; key < table.length; key++) byKey[key] = ofCode[table[key] as number] as number;
    known.set(ofCode, byKey);
  }
  return byKey;
}

/** Codes by their shades, from 0 on. */
const CODE_OF_SUM = Uint8Array.from({ length: 2 * SHADES + 1 }, (_, sum) => codeOfShade(sum - SHADES));

/** Paints `colours[code]` into `pixels` ([rows, columns]); returns whether anything was not a finite number. */
export function paintBins(input: BinInput, colours: Uint32Array, pixels: Uint32Array): boolean {
  const rows = input.unitEdges.length - 1;
  const columns = input.timeEdges.length - 1;
  const bins = new Bins(input, colours);
  for (let left = 0; left < columns; left += TILE) {
    const width = Math.min(TILE, columns - left);
    bins.add(left, width);
    for (let top = 0; top < rows; top += TILE) {
      bins.paint(top, Math.min(TILE, rows - top), width, pixels);
    }
  }
  return bins.sawNotFinite;
}

/** The bins of a strip of columns, [rows, TILE] each, and the codes of one tile of them. */
class Bins {
  sawNotFinite = false;
  private readonly input: BinInput;
  /** What each key adds. */
  private readonly byKey: Int32Array;
  /** From here on a code is an extreme. */
  private readonly firstExtreme: number;
  /** Whether the units are in the order in which they lie in memory. */
  private readonly inOrder: boolean;
  /** The most units that one row has. */
  private readonly perRow: number;
  /** Weights, up to `MAX_ADDED` values in each bin. */
  private readonly added: Int32Array;
  /** What was in `added` before, if a bin has more values. */
  private before: Totals | null = null;
  /** How many values each bin has that are no padding. */
  private readonly counts: Int32Array;
  /** For how many timesteps each column is counted. */
  private readonly counted = new Int32Array(TILE);
  private left = 0;
  private readonly colours: Uint32Array;
  /** By the mean of shades from 0 on. */
  private readonly meanColours: Uint32Array;

  constructor(input: BinInput, colours: Uint32Array) {
    this.input = input;
    this.colours = colours;
    this.meanColours = Uint32Array.from(CODE_OF_SUM, (code) => colours[code] as number);
    this.byKey = addedByKey(input.coded.table, input.clipped ? CLIPPED : PLAIN);
    this.firstExtreme = input.clipped ? BELOW : codeOfShade(-EXTREME);
    const { order, unitEdges } = input;
    const rows = unitEdges.length - 1;
    this.perRow = Math.ceil(order.length / Math.max(1, rows));
    this.inOrder = order.every((unit, i) => unit === i);
    this.added = new Int32Array(rows * TILE);
    this.counts = new Int32Array(rows * TILE);
  }

  /** Adds up the bins of `width` columns from `left` on. */
  add(left: number, width: number): void {
    const { timeEdges, mask, timesteps } = this.input;
    this.left = left;
    this.added.fill(0);
    this.before = null;
    const perValue = mask !== null && mask.length !== timesteps;
    if (perValue) this.counts.fill(0);
    const most = Math.min(this.perRow, MAX_ADDED);
    for (let x = 0; x < width; x++) {
      let load = 0;
      let steps = 0;
      for (let t = timeEdges[left + x] as number; t < (timeEdges[left + x + 1] as number); t++) {
        if (mask !== null && !perValue && mask[t] === 0) continue;
        steps++;
        for (let from = 0; from < this.perRow; from += MAX_ADDED) {
          if (load + most > MAX_ADDED) {
            this.before ??= new Totals(this.added.length);
            this.before.take(this.added, x);
            load = 0;
          }
          load += most;
          if (perValue) this.addUnmasked(t, x, from, mask);
          else this.addSome(t, x, from);
        }
      }
      // Most columns hold as many timesteps as those of the last strip.
      if (!perValue && this.counted[x] !== steps) this.count(x, steps);
    }
  }

  /** Adds up to `MAX_ADDED` values of each row, from its `from`th unit on, at one timestep. */
  private addSome(t: number, x: number, from: number): void {
    const { added, byKey, inOrder } = this;
    const { coded, order, unitEdges, units } = this.input;
    const { keys } = coded;
    const base = t * units;
    for (let row = 0, at = x; at < added.length; row++, at += TILE) {
      let i = (unitEdges[row] as number) + from;
      const end = Math.min(unitEdges[row + 1] as number, i + MAX_ADDED);
      let sum = added[at] as number;
      if (inOrder) for (; i < end; i++) sum += byKey[keys[base + i] as number] as number;
      else for (; i < end; i++) sum += byKey[keys[base + (order[i] as number)] as number] as number;
      added[at] = sum;
    }
  }

  private count(x: number, steps: number): void {
    const { counts } = this;
    this.counted[x] = steps;
    const { unitEdges } = this.input;
    for (let row = 0, at = x; at < counts.length; row++, at += TILE) {
      counts[at] = steps * ((unitEdges[row + 1] as number) - (unitEdges[row] as number));
    }
  }

  /** Adds and counts likewise, where each value has a mask of its own. */
  private addUnmasked(t: number, x: number, from: number, mask: Uint8Array): void {
    const { added, byKey, counts } = this;
    const { coded, order, unitEdges, units } = this.input;
    const base = t * units;
    for (let row = 0, at = x; at < added.length; row++, at += TILE) {
      const first = (unitEdges[row] as number) + from;
      const end = Math.min(unitEdges[row + 1] as number, first + MAX_ADDED);
      for (let i = first; i < end; i++) {
        const value = base + (order[i] as number);
        if (mask[value] === 0) continue;
        added[at] = (added[at] as number) + (byKey[coded.keys[value] as number] as number);
        counts[at] = (counts[at] as number) + 1;
      }
    }
  }

  /** Paints one tile of a strip. */
  paint(top: number, height: number, width: number, pixels: Uint32Array): void {
    const { added, counts, before, firstExtreme, colours, meanColours } = this;
    const { clipped, timeEdges } = this.input;
    const columns = timeEdges.length - 1;
    // By how many pixels each side's extremes so far would fill more than show them. The first finds room for one.
    let lowDue = 1;
    let highDue = 1;
    for (let y = top; y < top + height; y++) {
      for (let x = 0; x < width; x++) {
        const at = y * TILE + x;
        const pixel = y * columns + this.left + x;
        const count = counts[at] as number;
        if (count === 0) {
          pixels[pixel] = colours[EMPTY] as number;
          continue;
        }
        const one = added[at] as number;
        const part = 1 / count;
        if (before === null && one < LOW) {
          pixels[pixel] = meanColours[(one * part + 0.5) | 0] as number;
          continue;
        }
        let sum = one & (LOW - 1);
        let low = (one >> 13) & MAX_ADDED;
        let high = (one >> 18) & MAX_ADDED;
        let notFinite = one >> 23;
        if (before !== null) {
          sum += before.sums[at] as number;
          low += before.lows[at] as number;
          high += before.highs[at] as number;
          notFinite += before.notFinite[at] as number;
        }
        if (notFinite > 0) {
          this.sawNotFinite = true;
          pixels[pixel] = colours[NOT_FINITE] as number;
          continue;
        }
        let code = CODE_OF_SUM[(sum * part + 0.5) | 0] as number;
        if (clipped && 2 * high > count) code = ABOVE;
        if (clipped && 2 * low > count) code = BELOW;
        lowDue += low * part;
        highDue += high * part;
        if (code >= firstExtreme) {
          if ((code & 1) === 1) highDue--;
          else lowDue--;
        } else if (highDue > 1 && high > 0 && (low === 0 || highDue >= lowDue)) {
          code = this.extremeOf(y, this.left + x, 1);
          highDue--;
        } else if (lowDue > 1 && low > 0) {
          code = this.extremeOf(y, this.left + x, 0);
          lowDue--;
        }
        pixels[pixel] = colours[code] as number;
      }
    }
  }

  /** An extreme of a bin on one side of the centre, where codes are even below and odd above. */
  private extremeOf(row: number, column: number, parity: number): number {
    const { coded, units, order, unitEdges, timeEdges, mask, clipped } = this.input;
    if (clipped) return parity === 1 ? ABOVE : BELOW;
    const { keys, table } = coded;
    const first = unitEdges[row] as number;
    const end = unitEdges[row + 1] as number;
    const last = timeEdges[column + 1] as number;
    for (let t = timeEdges[column] as number; t < last; t++) {
      for (let i = first; i < end; i++) {
        const unit = order[i] as number;
        const code = table[keys[t * units + unit] as number] as number;
        if (code < this.firstExtreme || (code & 1) !== parity) continue;
        if (mask === null || !isMasked(mask, this.input, t, unit)) return code;
      }
    }
    return EMPTY;
  }
}

/** The parts of sums that have run full. */
class Totals {
  readonly sums: Float64Array;
  readonly lows: Uint32Array;
  readonly highs: Uint32Array;
  readonly notFinite: Uint32Array;

  constructor(bins: number) {
    this.sums = new Float64Array(bins);
    this.lows = new Uint32Array(bins);
    this.highs = new Uint32Array(bins);
    this.notFinite = new Uint32Array(bins);
  }

  /** Takes the sums of one column and leaves zeros. */
  take(added: Int32Array, x: number): void {
    const { sums, lows, highs, notFinite } = this;
    for (let at = x; at < added.length; at += TILE) {
      const one = added[at] as number;
      added[at] = 0;
      sums[at] = (sums[at] as number) + (one & (LOW - 1));
      lows[at] = (lows[at] as number) + ((one >> 13) & MAX_ADDED);
      highs[at] = (highs[at] as number) + ((one >> 18) & MAX_ADDED);
      notFinite[at] = (notFinite[at] as number) + (one >> 23);
    }
  }
}
