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

/** The smallest and largest of what is there; null when nothing is. */
export function extentOf(values: readonly (number | null)[]): [number, number] | null {
  const known = values.filter((value) => value !== null);
  if (known.length === 0) return null;
  return [known.reduce((a, b) => Math.min(a, b)), known.reduce((a, b) => Math.max(a, b))];
}

/**
 * An SVG path over the training axis, between `top` and `bottom`; a missing value breaks the line.
 * Heights stand for `domain`, by itself for what is there.
 */
export function trainingPath(
  steps: readonly number[],
  values: readonly (number | null)[],
  { width, top, bottom, domain = extentOf(values) }: PathBox,
): string {
  if (domain === null || domain === undefined) return "";
  const [low, high] = domain;
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

export interface PathBox {
  readonly width: number;
  readonly top: number;
  readonly bottom: number;
  readonly domain?: readonly [number, number] | null;
}

/** The loss as Keras names it, or whatever was logged first. */
export function lossOf(
  logs: Readonly<Record<string, readonly (number | null)[]>>,
): [string, readonly (number | null)[]] | [null, null] {
  const name = "loss" in logs ? "loss" : Object.keys(logs)[0];
  const values = name === undefined ? undefined : logs[name];
  return name === undefined || values === undefined ? [null, null] : [name, values];
}
