/** How far back units remember: horizons by rank, and how far one value reaches. */

export interface Ranked {
  readonly unit: number;
  /** Timesteps; may be infinite. */
  readonly horizon: number;
}

/** The units by their horizons, the longest first; those without one are left out. */
export function rankHorizons(horizons: readonly number[]): Ranked[] {
  const known = horizons.map((horizon, unit) => ({ unit, horizon }));
  return known
    .filter(({ horizon }) => !Number.isNaN(horizon))
    .sort((a, b) => (a.horizon === b.horizon ? a.unit - b.unit : b.horizon > a.horizon ? 1 : -1));
}

/** The middle horizon of ranked ones; of an even number the mean of both. */
export function medianHorizon(ranked: readonly Ranked[]): number {
  const middle = (ranked.length - 1) / 2;
  const [a, b] = [ranked[Math.floor(middle)], ranked[Math.ceil(middle)]];
  return a === undefined || b === undefined ? Number.NaN : (a.horizon + b.horizon) / 2;
}

/** Where a value stands on a logarithmic axis, as a share from its low end; beyond an end, at it. */
export function logShare(value: number, [low, high]: readonly [number, number]): number {
  if (!(high > low)) return 0.5;
  const share = Math.log(value / low) / Math.log(high / low);
  return Math.max(0, Math.min(1, share));
}

/** Powers of ten strictly between the ends. */
export function decades([low, high]: readonly [number, number]): number[] {
  const ticks: number[] = [];
  for (let power = Math.floor(Math.log10(low)); 10 ** power < high; power++) {
    if (10 ** power > low) ticks.push(10 ** power);
  }
  return ticks;
}

/** Smaller than that beside the largest, a norm is nothing that anyone compares. */
const SMALLEST_SHARE = 1e-6;

/** The axis of norms: their largest, and their smallest that still counts. Null where all are zero. */
export function rangeOfNorms(norms: Iterable<number>): [number, number] | null {
  const positive = [...norms].filter((norm) => norm > 0 && Number.isFinite(norm));
  if (positive.length === 0) return null;
  const high = positive.reduce((a, b) => Math.max(a, b));
  const low = positive.reduce((a, b) => Math.min(a, b));
  return [Math.max(low, high * SMALLEST_SHARE), high];
}
