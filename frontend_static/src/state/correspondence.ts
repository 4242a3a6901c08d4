/** Whether unit i of A is the same unit as unit i of B. */
import type { LayerInfo, RunInfo } from "../api/types.ts";

interface Layer {
  readonly run: RunInfo;
  readonly layer: LayerInfo;
}

/**
 * Why the units of two layers do not correspond, as a sentence; null if they do: in one layer of one run, and between
 * layers that started from the same weights. Whoever subtracts, ranks or aligns units of A and B must ask.
 */
export function whyUnrelated(a: Layer, b: Layer): string | null {
  const isSameRun = a.run.run === b.run.run;
  if (isSameRun && a.layer.key === b.layer.key) return null;
  const [one, other] = [a.layer.fingerprint, b.layer.fingerprint];
  // Two calls of one layer have the same weights.
  if (isSameRun && (one === null || one !== other))
    return `“${a.layer.key}” and “${b.layer.key}” are two layers: their units do not correspond.`;
  if (haveOtherProbes(a.run, b.run))
    return "The two runs have other probes: at a place of A stands another input than at the same place of B.";
  if (one === null || other === null)
    return "It is not known whether the two runs started from the same weights, and so whether their units correspond: their logs do not say it.";
  if (one === other) return null;
  return "The two runs did not start from the same weights: unit i of A and unit i of B have nothing to do with each other.";
}

/** Whether two runs are known to have other probes: then not even what two units do can be compared. */
export function haveOtherProbes(a: RunInfo, b: RunInfo): boolean {
  return a.probe !== null && b.probe !== null && a.probe !== b.probe;
}
