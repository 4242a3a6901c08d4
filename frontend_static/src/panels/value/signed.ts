/** Bars about zero: to the left where the number is negative. */
import { scaleLinear } from "d3-scale";

export interface SignedBar {
  readonly x: number;
  readonly width: number;
}

/** The bar of `value` where `most` fills one half of `width`; without width where the value is not finite. */
export function signedBar(value: number | null, most: number, width: number): SignedBar {
  if (value === null || !Number.isFinite(value) || !(most > 0)) return { x: width / 2, width: 0 };
  const place = scaleLinear([-most, most], [0, width]).clamp(true);
  const [from, to] = value < 0 ? [place(value), place(0)] : [place(0), place(value)];
  return { x: from, width: to - from };
}

/** The largest absolute value among finite numbers, for bars of one scale. */
export function largestOf(values: Iterable<number | null>): number {
  let most = 0;
  for (const value of values) {
    if (value !== null && Number.isFinite(value)) most = Math.max(most, Math.abs(value));
  }
  return most;
}
