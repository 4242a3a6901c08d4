/**
 * Colour codes: one byte per value, ordered by how far the value lies from its scale's centre.
 *
 * When several values share one pixel, the farthest from the centre must show: with this order it is
 * simply the largest code, and NaN, the largest of all, is never hidden.
 *
 *   0        nothing (padding, or no value)
 *   1..253   a value: 1 is the centre; then below and above it alternate, outwards
 *   255      not a finite number
 */
import { halfTable } from "../api/float16.ts";
import type { Matrix } from "../api/trace.ts";
import { type Scale, scaleId } from "./scale.ts";

export const EMPTY = 0;
export const NOT_FINITE = 255;
/** Shades on either side of the centre. */
export const SHADES = 126;

export function codeOf(value: number, scale: Scale): number {
  if (!Number.isFinite(value)) return NOT_FINITE;
  const [low, high] = scale.domain;
  const position = ((value - low) / (high - low)) * 2 - 1;
  const shade = Math.max(-SHADES, Math.min(SHADES, Math.round(position * SHADES)));
  return shade >= 0 ? 2 * shade + 1 : -2 * shade;
}

/** Where a code's colour lies on its scale: 0 = low end, 1 = high end. */
export function positionOf(code: number): number {
  const shade = code % 2 === 1 ? (code - 1) / 2 : -code / 2;
  return (shade / SHADES + 1) / 2;
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
