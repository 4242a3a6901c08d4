/** When a value counts as saturated. */

/** Below and above which it does, as `saturation_thresholds` of log/statistics.py has it. */
export function saturationThresholds([low, high]: readonly [number, number]): [number, number] {
  return [low === 0 ? 0.1 * high : 0.9 * low, 0.9 * high];
}
