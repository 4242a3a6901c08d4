/** Orders of the units, by what each does over time. */
import { type Matrix, readRow } from "../api/trace.ts";

export type Ordering = "index" | "mean" | "variance" | "saturation" | "change" | "similarity";
/** The orderings that rank units by one number each. */
export type Score = "mean" | "variance" | "saturation" | "change";

/** Turns one timestep's values, [units], into what is averaged, in place; not finite: left out. */
type Quantity = (row: Float64Array, timestep: number) => void;

/** Per unit, the mean of a quantity over the timesteps that are not padding and at which it is finite. */
function meanOverTime(matrix: Matrix, mask: Uint8Array | null, quantity: Quantity): Float64Array {
  const { timesteps, units } = matrix;
  const sums = new Float64Array(units);
  const missing = new Uint32Array(units);
  let present = 0;
  const row = new Float64Array(units);
  for (let timestep = 0; timestep < timesteps; timestep++) {
    if (mask !== null && mask[timestep] === 0) continue;
    readRow(matrix, timestep, row);
    quantity(row, timestep);
    present++;
    for (let unit = 0; unit < units; unit++) {
      const value = row[unit] as number;
      if (Number.isFinite(value)) sums[unit] = (sums[unit] as number) + value;
      else missing[unit] = (missing[unit] as number) + 1;
    }
  }
  return sums.map((sum, unit) => sum / (present - (missing[unit] as number)));
}

function itself(): void {}

function squaredDistance(means: Float64Array): Quantity {
  return (row) => {
    for (let unit = 0; unit < row.length; unit++) {
      row[unit] = ((row[unit] as number) - (means[unit] as number)) ** 2;
    }
  };
}

function saturated([below, above]: readonly [number, number]): Quantity {
  return (row) => {
    for (let unit = 0; unit < row.length; unit++) {
      const value = row[unit] as number;
      row[unit] = Number.isFinite(value) ? Number(value < below || value > above) : Number.NaN;
    }
  };
}

function distanceFrom(other: Matrix): Quantity {
  const theirs = new Float64Array(other.units);
  return (row, timestep) => {
    if (timestep < other.timesteps) readRow(other, timestep, theirs);
    else theirs.fill(Number.NaN);
    for (let unit = 0; unit < row.length; unit++) {
      row[unit] = Math.abs((row[unit] as number) - (theirs[unit] ?? Number.NaN));
    }
  };
}

/**
 * One number per unit, over the timesteps that are not padding and at which it is finite; NaN without any.
 *
 * `saturation` is the share of values beyond the thresholds `saturation`, NaN without any. `change` is the mean
 * distance from `other` over the timesteps that both have, NaN without it.
 */
export function unitScores(
  by: Score,
  a: Matrix,
  mask: Uint8Array | null,
  more: { saturation: readonly [number, number] | null; other: Matrix | null },
): Float64Array {
  const nothing = () => new Float64Array(a.units).fill(Number.NaN);
  switch (by) {
    case "mean":
      return meanOverTime(a, mask, itself);
    case "variance":
      return meanOverTime(a, mask, squaredDistance(meanOverTime(a, mask, itself)));
    case "saturation":
      return more.saturation === null ? nothing() : meanOverTime(a, mask, saturated(more.saturation));
    case "change":
      return more.other === null ? nothing() : meanOverTime(a, mask, distanceFrom(more.other));
  }
}

/** Units by falling score; those without one last, equal ones by index. */
export function orderBy(scores: Float64Array): Uint32Array {
  const units = Uint32Array.from(scores, (_, unit) => unit);
  const score = (unit: number) => scores[unit] as number;
  const known = units.filter((unit) => !Number.isNaN(score(unit)));
  const unknown = units.filter((unit) => Number.isNaN(score(unit)));
  return Uint32Array.from([...known.sort((i, j) => score(j) - score(i) || i - j), ...unknown]);
}
