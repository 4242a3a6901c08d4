/** Units ranked by how much they changed, each with the step at which it changed most. */

export interface UnitChange {
  readonly unit: number;
  /** The most it changed from one captured step to the next. */
  readonly most: number;
  /** The index of the step at which it had changed by that much. */
  readonly at: number;
  /** From A to B, where two are compared. */
  readonly between: number | null;
}

/**
 * Returns the most changed unit first; units without any known change are left out.
 * @param values [steps, units]: the change from the step before; NaN at the first.
 * @param between by unit, the change from A to B; if given, it decides the order.
 */
export function rankChanges(values: Float32Array, units: number, between: Float64Array | null): UnitChange[] {
  const changes: UnitChange[] = [];
  for (let unit = 0; unit < units; unit++) {
    let [most, at] = [Number.NaN, -1];
    for (let step = 0; step * units < values.length; step++) {
      const value = values[step * units + unit] as number;
      if (!Number.isNaN(value) && !(value <= most)) [most, at] = [value, step];
    }
    const fromAToB = between?.[unit] ?? Number.NaN;
    if (at < 0 && Number.isNaN(fromAToB)) continue;
    changes.push({ unit, most, at, between: between === null ? null : fromAToB });
  }
  const rank = (change: UnitChange) => {
    const value = change.between ?? change.most;
    return Number.isNaN(value) ? -1 : value;
  };
  return changes.sort((a, b) => rank(b) - rank(a) || a.unit - b.unit);
}
