/** One colour scale per signal, the same at every step, so that two epochs compare honestly. */
import type { SignalInfo } from "../api/types.ts";

export interface Scale {
  /** Sequential runs from `domain[0]` up; diverging is symmetric about the middle of `domain`. */
  readonly kind: "sequential" | "diverging";
  readonly domain: readonly [number, number];
}

export function signalScale(signal: Pick<SignalInfo, "range" | "extremes">): Scale {
  const [low, high] = signal.range ?? signal.extremes ?? [-1, 1];
  if (low >= 0) {
    const bottom = signal.range === null ? 0 : low;
    return { kind: "sequential", domain: [bottom, high > bottom ? high : bottom + 1] };
  }
  const reach = Math.max(-low, high);
  return { kind: "diverging", domain: [-reach, reach] };
}

export function scaleId(scale: Scale): string {
  return `${scale.kind} ${scale.domain[0]} ${scale.domain[1]}`;
}

/** The scale that holds both: of one kind, or diverging. */
export function joinScales(a: Scale, b: Scale): Scale {
  const [low, high] = [Math.min(a.domain[0], b.domain[0]), Math.max(a.domain[1], b.domain[1])];
  if (a.kind === b.kind) return { kind: a.kind, domain: [low, high] };
  const reach = Math.max(-low, high);
  return { kind: "diverging", domain: [-reach, reach] };
}
