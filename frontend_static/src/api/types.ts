/** What the server sends; see tb_rnn_plugin/server/http_api.md. */

export type StepUnit = "epoch" | "batch";

export interface RunEntry {
  name: string;
  unit: StepUnit;
  steps: number;
  last_step: number;
}

export interface SignalInfo {
  name: string;
  range: [number, number] | null;
  extremes: [number, number] | null;
  units: number;
}

export interface LayerInfo {
  key: string;
  cell: string;
  units: number;
  timesteps: number;
  masked: boolean;
  signals: SignalInfo[];
  /** What else the cell's equations depend on; another layer says nothing here. */
  config: { go_backwards?: boolean };
}

export interface AnnotationInfo {
  name: string;
  kind: "flag" | "number";
}

export interface RunInfo {
  run: string;
  unit: StepUnit;
  steps: number[];
  logs: Record<string, (number | null)[]>;
  layers: LayerInfo[];
  samples: { name: string }[];
  annotations: AnnotationInfo[];
  problems: string[];
  /** On the machine that TensorBoard runs on. */
  directory: string;
}

export interface SampleInfo {
  name: string;
  tokens: string[] | null;
  annotations: Record<string, (number | null)[]>;
}

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
