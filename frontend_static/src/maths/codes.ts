/**
 * Colour codes: one byte per value, ordered by how far the value lies from its scale's centre.
 *
 *   0          nothing (padding, or no value)
 *   1..251     a value: 1 is the centre; then below and above it alternate, outwards
 *   252, 253   a value below, or above, the scale
 *   255        not a finite number
 */
import { halfTable } from "../api/float16.ts";
import type { Matrix } from "../api/trace.ts";
import { isMasked, type Mask } from "./mask.ts";
import { type Scale, scaleId } from "./scale.ts";

export const EMPTY = 0;
export const NOT_FINITE = 255;
/** Shades on either side of the centre. */
export const SHADES = 125;
/** The "shade" of a value above the scale; below it, the negative one. */
const BEYOND = SHADES + 1;
export const BELOW = codeOfShade(-BEYOND);
export const ABOVE = codeOfShade(BEYOND);
/** What float16 adds to an end of the scale when it is stored lies within it: half a unit in its last place. */
const ROUNDING = 2 ** -10;

export function codeOfShade(shade: number): number {
  return shade >= 0 ? 2 * shade + 1 : -2 * shade;
}

/** How far a code lies from the centre, signed: up to `SHADES` on the scale, one more beyond it. */
export function shadeOf(code: number): number {
  return code % 2 === 1 ? (code - 1) / 2 : -code / 2;
}

export function codeOf(value: number, scale: Scale): number {
  if (!Number.isFinite(value)) return NOT_FINITE;
  const [low, high] = scale.domain;
  const position = ((value - low) / (high - low)) * 2 - 1;
  if (Math.abs(position) > 1 + ROUNDING) return codeOfShade(Math.sign(position) * BEYOND);
  return codeOfShade(Math.max(-SHADES, Math.min(SHADES, Math.round(position * SHADES))));
}

/** Where a code's colour lies on its scale: 0 = low end, 1 = high end. */
export function positionOf(code: number): number {
  return (shadeOf(code) / SHADES + 1) / 2;
}

const tables = new Map<string, Uint8Array>();

/** Code of each half float, by its bits. */
export function halfCodes(scale: Scale): Uint8Array {
  const id = scaleId(scale);
  let codes = tables.get(id);
  if (codes === undefined) {
    codes = Uint8Array.from(halfTable(), (value) => codeOf(value, scale));
    // One table per signal in view; a run that grows changes its extremes, and old tables must not pile up.
    if (tables.size >= 64) tables.clear();
    tables.set(id, codes);
  }
  return codes;
}

const IDENTITY = Uint8Array.from({ length: 256 }, (_, code) => code);
const wide = new WeakMap<Matrix, { id: string; codes: Uint8Array }>();

/** Codes of a float32 or float64 matrix, kept as long as the matrix is. */
function wideCodes(matrix: Matrix, scale: Scale): Uint8Array {
  const id = scaleId(scale);
  const known = wide.get(matrix);
  if (known?.id === id) return known.codes;
  const codes = new Uint8Array(matrix.data.length);
  for (let i = 0; i < codes.length; i++) codes[i] = codeOf(matrix.data[i] as number, scale);
  wide.set(matrix, { id, codes });
  return codes;
}

/** `table[keys[i]]` is the code of value i. */
export interface Coded {
  readonly keys: Uint16Array | Uint8Array;
  readonly table: Uint8Array;
}

export function coded(matrix: Matrix, scale: Scale): Coded {
  if (matrix.data instanceof Uint16Array) return { keys: matrix.data, table: halfCodes(scale) };
  return { keys: wideCodes(matrix, scale), table: IDENTITY };
}

const shares = new WeakMap<Matrix, { id: string; mask: Mask; share: number }>();

/** The share of the finite values that lies beyond the scale; kept as long as the matrix is. */
export function shareBeyond(matrix: Matrix, mask: Mask, scale: Scale): number {
  const id = scaleId(scale);
  const known = shares.get(matrix);
  if (known?.id === id && known.mask === mask) return known.share;
  const share = countBeyond(matrix, mask, scale);
  shares.set(matrix, { id, mask, share });
  return share;
}

function countBeyond(matrix: Matrix, mask: Mask, scale: Scale): number {
  const { timesteps, units } = matrix;
  const { keys, table } = coded(matrix, scale);
  const ofWholeSteps = mask === null || mask.length === timesteps;
  const counts = new Uint32Array(256);
  for (let timestep = 0; timestep < timesteps; timestep++) {
    if (ofWholeSteps && isMasked(mask, matrix, timestep, 0)) continue;
    const end = (timestep + 1) * units;
    for (let unit = 0, at = end - units; at < end; unit++, at++) {
      if (!ofWholeSteps && isMasked(mask, matrix, timestep, unit)) continue;
      const code = table[keys[at] as number] as number;
      counts[code] = (counts[code] as number) + 1;
    }
  }
  const finite = counts.reduce((sum, count, code) => (code === NOT_FINITE ? sum : sum + count), 0);
  return finite === 0 ? 0 : ((counts[BELOW] as number) + (counts[ABOVE] as number)) / finite;
}
