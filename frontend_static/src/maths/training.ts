/** The training axis: captured steps at their true distances, and the loss above them. */

/** Room at both ends, so that the thumb stays inside. */
const INSET = 8;

export function stepX(step: number, steps: readonly number[], width: number): number {
  const [first, last] = [steps[0] ?? 0, steps.at(-1) ?? 0];
  const share = last > first ? (step - first) / (last - first) : 0.5;
  return INSET + share * Math.max(0, width - 2 * INSET);
}

/** The captured step nearest to x. */
export function stepAt(x: number, steps: readonly number[], width: number): number | null {
  let best: number | null = null;
  let distance = Number.POSITIVE_INFINITY;
  for (const step of steps) {
    const away = Math.abs(stepX(step, steps, width) - x);
    if (away < distance) [best, distance] = [step, away];
  }
  return best;
}

/** An SVG path between `top` and `bottom`; a missing value breaks the line. */
export function lossPath(
  steps: readonly number[],
  values: readonly (number | null)[],
  width: number,
  top: number,
  bottom: number,
): string {
  const known = values.filter((value) => value !== null);
  if (known.length === 0) return "";
  const low = known.reduce((a, b) => Math.min(a, b));
  const high = known.reduce((a, b) => Math.max(a, b));
  let pen = "M";
  let path = "";
  for (const [i, step] of steps.entries()) {
    const value = values[i];
    if (value === null || value === undefined) {
      pen = "M";
      continue;
    }
    const share = high > low ? (value - low) / (high - low) : 0.5;
    path += `${pen}${stepX(step, steps, width).toFixed(1)} ${(bottom - share * (bottom - top)).toFixed(1)}`;
    pen = "L";
  }
  return path;
}
