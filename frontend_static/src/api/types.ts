/** What the server sends about runs, and the keys of what can be fetched of one. The server's own types are generated. */
import type { RunInfo } from "./routes.ts";

export type { AnnotationInfo, LayerInfo, RunEntry, RunInfo, SampleInfo, SignalInfo } from "./routes.ts";

export type StepUnit = RunInfo["unit"];

/** The place of one trace: everything that decides which numbers are on the screen. */
export interface TraceKey {
  run: string;
  layer: string;
  sample: number;
  step: number;
}

/** The typical ranges of one layer's signals, over the steps of its run up to the last that was listed. */
export interface ScaleKey {
  run: string;
  layer: string;
  last: number | null;
}

/** By signal, for those without a range, the interval that the colours span. */
export type Scales = ReadonlyMap<string, readonly [number, number]>;

/** One signal of one sample over all steps. */
export interface SignalKey {
  run: string;
  layer: string;
  sample: number;
  signal: string;
}
