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

/** One signal of one sample over all steps. */
export interface SignalKey {
  run: string;
  layer: string;
  sample: number;
  signal: string;
}
