/** A bar about zero: to the left where the number is negative. */
export interface SignedBar {
  readonly x: number;
  readonly width: number;
}

/** The bar of `value` where `most` fills one half of `width`; of what is no number, none. */
export function signedBar(value: number | null, most: number, width: number): SignedBar {
  const middle = width / 2;
  if (value === null || !Number.isFinite(value) || !(most > 0)) return { x: middle, width: 0 };
  const length = Math.min(1, Math.abs(value) / most) * middle;
  return { x: value < 0 ? middle - length : middle, width: length };
}

/** The largest size among numbers, for bars of one scale. */
export function largestOf(values: Iterable<number | null>): number {
  let most = 0;
  for (const value of values) {
    if (value !== null && Number.isFinite(value)) most = Math.max(most, Math.abs(value));
  }
  return most;
}
