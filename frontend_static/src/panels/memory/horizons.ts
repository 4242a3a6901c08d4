/** Arithmetic of the memory panel: horizons by rank, and the range of gradient norms. */

export interface Ranked {
  readonly unit: number;
  /** Timesteps; may be infinite. */
  readonly horizon: number;
}

/** The units by horizon, the longest first; units whose horizon is NaN are left out. */
export function rankHorizons(horizons: readonly number[]): Ranked[] {
  const known = horizons.map((horizon, unit) => ({ unit, horizon }));
  return known
    .filter(({ horizon }) => !Number.isNaN(horizon))
    .sort((a, b) => (a.horizon === b.horizon ? a.unit - b.unit : b.horizon > a.horizon ? 1 : -1));
}

/** The median of ranked horizons; NaN where there is none. */
export function medianHorizon(ranked: readonly Ranked[]): number {
  const middle = (ranked.length - 1) / 2;
  const [a, b] = [ranked[Math.floor(middle)], ranked[Math.ceil(middle)]];
  return a === undefined || b === undefined ? Number.NaN : (a.horizon + b.horizon) / 2;
}

/** The smallest norm that the axis shows, as a share of the largest. */
const SMALLEST_SHARE = 1e-6;

/** The ends of the axis of norms: the smallest that it shows, and the largest; null where none is positive. */
export function rangeOfNorms(norms: Iterable<number>): [number, number] | null {
  const positive = [...norms].filter((norm) => norm > 0 && Number.isFinite(norm));
  if (positive.length === 0) return null;
  const high = positive.reduce((a, b) => Math.max(a, b));
  const low = positive.reduce((a, b) => Math.min(a, b));
  return [Math.max(low, high * SMALLEST_SHARE), high];
}
