/** Arithmetic of the detectors' scores. */

/** Where a score lies between `least`, the score of an unrelated unit, and 1: a share from 0 to 1. */
export function shareOfScore(score: number, least: number): number {
  return Math.max(0, Math.min(1, (score - least) / (1 - least)));
}
