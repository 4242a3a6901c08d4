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

// What a value adds to its bin, by its code: its shade as a number from 0 on, and one to a count of the extremes on its side
// of the centre. A float64 holds all three, so that one addition does for them; infinity is NaN's mark.
const LOW = 2 ** 23;
const HIGH = 2 ** 38;
function weights(extreme: number): Float64Array {
  return Float64Array.from({ length: 256 }, (_, code) => {
    if (code === NOT_FINITE) return Number.POSITIVE_INFINITY;
    const shade = shadeOf(code);
    const onScale = Math.max(-SHADES, Math.min(SHADES, shade)) + SHADES;
    return onScale + (shade <= -extreme ? LOW : 0) + (shade >= extreme ? HIGH : 0);
  });
}
/** From here on the ends of the scale. */
const LAST = codeOfShade(-SHADES);
const PLAIN = weights(EXTREME);
const CLIPPED = weights(shadeOf(ABOVE));
/** So many values can be added before the parts of their sum run into each other. */
const MAX_ADDED = 2 ** 15 - 1;

/** Paints `colours[code]` into `pixels` ([rows, columns]); returns whether anything was not a finite number. */
export function paintBins(input: BinInput, colours: Uint32Array, pixels: Uint32Array): boolean {
  const rows = input.unitEdges.length - 1;
  const columns = input.timeEdges.length - 1;
  const bins = new Bins(input);
  let sawNotFinite = false;
  for (let left = 0; left < columns; left += TILE) {
    const width = Math.min(TILE, columns - left);
    bins.sum(left, width);
    for (let top = 0; top < rows; top += TILE) {
      const height = Math.min(TILE, rows - top);
      const codes = bins.tile(top, height, width);
      for (let y = 0; y < height; y++) {
        for (let x = 0; x < width; x++) {
          const code = codes[y * TILE + x] as number;
          if (code === NOT_FINITE) sawNotFinite = true;
          pixels[(top + y) * columns + left + x] = colours[code] as number;
        }
      }
    }
  }
  return sawNotFinite;
}

const PIXELS = TILE * TILE;
/** An odd number: its multiples visit all pixels of a tile, none beside the one before. */
const SCATTER = 149;

/** The bins of a strip of columns, [rows, TILE] each, and the codes of one tile of them. */
class Bins {
  private readonly input: BinInput;
  private readonly weights: Float64Array;
  /** From here on a mean shows extremes as it is. */
  private readonly firstExtreme: number;
  private readonly rows: number;
  /** The units that show, ascending: in the order in which they lie in memory. */
  private readonly shown: Uint32Array;
  /** Where the row of each of them begins. */
  private readonly starts: Uint32Array;
  /** The most units that one row has. */
  private readonly perRow: number;
  private readonly added: Float64Array;
  /** Values that are no padding. */
  private readonly counts: Uint32Array;
  /** Sums of shades from 0 on; infinite with a NaN. */
  private readonly sums: Float64Array;
  /** Counts of extremes below the centre, and above it. */
  private readonly lows: Uint32Array;
  private readonly highs: Uint32Array;
  private left = 0;
  private readonly codes = new Uint8Array(PIXELS);
  /** Of the pixels of a tile that could show an extreme, how many extremes they hold, at most 255. */
  private readonly held = new Uint8Array(PIXELS);
  /** How many pixels hold so many. */
  private readonly pixelsWith = new Uint16Array(256);

  constructor(input: BinInput) {
    this.input = input;
    this.weights = input.clipped ? CLIPPED : PLAIN;
    this.firstExtreme = input.clipped ? BELOW : codeOfShade(-EXTREME);
    const { order, unitEdges } = input;
    this.rows = unitEdges.length - 1;
    const rowOf = new Map<number, number>();
    for (let row = 0; row < this.rows; row++) {
      for (let i = unitEdges[row] as number; i < (unitEdges[row + 1] as number); i++)
        rowOf.set(order[i] as number, row);
    }
    this.perRow = Math.ceil(order.length / Math.max(1, this.rows));
    this.shown = order.slice().sort();
    this.starts = this.shown.map((unit) => (rowOf.get(unit) ?? 0) * TILE);
    const bins = this.rows * TILE;
    this.added = new Float64Array(bins);
    this.counts = new Uint32Array(bins);
    this.sums = new Float64Array(bins);
    this.lows = new Uint32Array(bins);
    this.highs = new Uint32Array(bins);
  }

  /** Sums the bins of `width` columns from `left` on. */
  sum(left: number, width: number): void {
    const { timeEdges, mask, timesteps } = this.input;
    this.left = left;
    for (const array of [this.counts, this.sums, this.lows, this.highs]) array.fill(0);
    const most = Math.min(this.perRow, MAX_ADDED);
    const perValue = mask !== null && mask.length !== timesteps;
    for (let x = 0; x < width; x++) {
      let load = 0;
      for (let t = timeEdges[left + x] as number; t < (timeEdges[left + x + 1] as number); t++) {
        if (mask !== null && !perValue && mask[t] === 0) continue;
        for (let first = 0; first < this.shown.length; first += MAX_ADDED) {
          if (load + most > MAX_ADDED) {
            this.split(x);
            load = 0;
          }
          load += most;
          const end = Math.min(this.shown.length, first + MAX_ADDED);
          if (perValue) this.addUnmasked(t, x, first, end, mask);
          else this.add(t, x, first, end);
        }
        if (!perValue) this.countRows(x);
      }
      this.split(x);
    }
  }

  /** Adds the values of some of the units that show, at one timestep. */
  private add(t: number, x: number, first: number, end: number): void {
    const { added, shown, starts, weights } = this;
    const { keys, table } = this.input.coded;
    const base = t * this.input.units;
    for (let i = first; i < end; i++) {
      const at = (starts[i] as number) + x;
      const code = table[keys[base + (shown[i] as number)] as number] as number;
      added[at] = (added[at] as number) + (weights[code] as number);
    }
  }

  private countRows(x: number): void {
    const { counts, rows } = this;
    const { unitEdges } = this.input;
    for (let row = 0, at = x; row < rows; row++, at += TILE) {
      counts[at] = (counts[at] as number) + (unitEdges[row + 1] as number) - (unitEdges[row] as number);
    }
  }

  /** Adds and counts, where each value has a mask of its own. */
  private addUnmasked(t: number, x: number, first: number, end: number, mask: Uint8Array): void {
    const { added, counts, shown, starts, weights } = this;
    const { keys, table } = this.input.coded;
    const base = t * this.input.units;
    for (let i = first; i < end; i++) {
      const value = base + (shown[i] as number);
      if (mask[value] === 0) continue;
      const at = (starts[i] as number) + x;
      const code = table[keys[value] as number] as number;
      added[at] = (added[at] as number) + (weights[code] as number);
      counts[at] = (counts[at] as number) + 1;
    }
  }

  /** Splits what was added to the bins of a column into its parts. */
  private split(x: number): void {
    const { added, sums, lows, highs } = this;
    for (let at = x; at < added.length; at += TILE) {
      const one = added[at] as number;
      added[at] = 0;
      if (one === Number.POSITIVE_INFINITY) {
        sums[at] = one;
        continue;
      }
      const high = Math.floor(one / HIGH);
      const rest = one - high * HIGH;
      const low = Math.floor(rest / LOW);
      sums[at] = (sums[at] as number) + (rest - low * LOW);
      lows[at] = (lows[at] as number) + low;
      highs[at] = (highs[at] as number) + high;
    }
  }

  /** The codes of a tile, [TILE, TILE]: the means, and in the place of some the extremes that are to be seen. */
  tile(top: number, height: number, width: number): Uint8Array {
    const { codes, counts, lows, highs, firstExtreme } = this;
    codes.fill(EMPTY);
    let [values, filled] = [0, 0];
    // How many extremes there are on each side, and how many pixels show them by their means.
    let [low, high, lowSeen, highSeen] = [0, 0, 0, 0];
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const at = (top + y) * TILE + x;
        const count = counts[at] as number;
        if (count === 0) continue;
        const code = this.meanOf(at);
        codes[y * TILE + x] = code;
        if (code === NOT_FINITE) continue;
        values += count;
        filled++;
        low += lows[at] as number;
        high += highs[at] as number;
        if (code < firstExtreme) continue;
        if (code % 2 === 1) highSeen++;
        else lowSeen++;
      }
    }
    const pixels = (extremes: number) => Math.ceil((extremes * filled) / values);
    if (low > 0) this.show(top, lows, highs, 0, pixels(low) - lowSeen);
    if (high > 0) this.show(top, highs, lows, 1, pixels(high) - highSeen);
    return codes;
  }

  private meanOf(at: number): number {
    const sum = this.sums[at] as number;
    const count = this.counts[at] as number;
    if (sum === Number.POSITIVE_INFINITY) return NOT_FINITE;
    if (this.input.clipped) {
      if (2 * (this.highs[at] as number) > count) return ABOVE;
      if (2 * (this.lows[at] as number) > count) return BELOW;
    }
    return codeOfShade(Math.round(sum / count - SHADES));
  }

  /**
   * Shows extremes of one side in `room` pixels, those that hold most of them; the codes of a side are even below the
   * centre and odd above it. A pixel with extremes of both sides is for the side of which it holds more.
   */
  private show(top: number, own: Uint32Array, others: Uint32Array, parity: number, room: number): void {
    const { codes, held, pixelsWith, firstExtreme } = this;
    if (room <= 0) return;
    pixelsWith.fill(0);
    for (let pixel = 0; pixel < PIXELS; pixel++) {
      const at = top * TILE + pixel;
      const code = codes[pixel] as number;
      const takes = code !== EMPTY && code < firstExtreme && (own[at] as number) >= (others[at] as number);
      const count = takes ? Math.min(255, own[at] as number) : 0;
      held[pixel] = count;
      pixelsWith[count] = (pixelsWith[count] as number) + 1;
    }
    // All pixels that hold more than `least` have room, and of those with `least` as many as are left.
    let [least, left] = [255, room];
    while (least > 0 && (pixelsWith[least] as number) < left) left -= pixelsWith[least--] as number;
    for (let i = 0; i < PIXELS; i++) {
      const pixel = (i * SCATTER) % PIXELS;
      const count = held[pixel] as number;
      if (count === 0 || count < least || (count === least && left-- <= 0)) continue;
      codes[pixel] = this.extremeOf(top * TILE + pixel, parity);
    }
  }

  /** The largest code of a bin on one side of the centre. */
  private extremeOf(at: number, parity: number): number {
    if (this.input.clipped) return parity === 1 ? ABOVE : BELOW;
    const { coded, units, order, unitEdges, timeEdges, mask } = this.input;
    const { keys, table } = coded;
    const [row, column] = [Math.floor(at / TILE), this.left + (at % TILE)];
    const end = unitEdges[row + 1] as number;
    let most = EMPTY;
    for (let t = timeEdges[column] as number; t < (timeEdges[column + 1] as number); t++) {
      for (let i = unitEdges[row] as number; i < end; i++) {
        const unit = order[i] as number;
        const code = table[keys[t * units + unit] as number] as number;
        if (code <= most || code % 2 !== parity || isMasked(mask, this.input, t, unit)) continue;
        most = code;
        if (most >= LAST) return most;
      }
    }
    return most;
  }
}
