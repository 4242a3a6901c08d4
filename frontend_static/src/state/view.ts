/** What is painted: one picture, or two side by side. */
import type { Series } from "../api/arrays.ts";
import type { Trace } from "../api/trace.ts";
import type { LayerInfo, RunInfo, SampleInfo, Scales } from "../api/types.ts";
import type { Comparing } from "./selection.ts";

/** One trace, with what its rows and columns are called. */
export interface Side {
  readonly trace: Trace;
  readonly run: RunInfo;
  readonly layer: LayerInfo;
  readonly sample: SampleInfo | null;
  readonly series: Series | null;
  readonly scales: Scales;
}

export interface View {
  readonly compare: Comparing;
  readonly a: Side;
  readonly b: Side | null;
  /** Why B, though selected, is not there. */
  readonly fault: string | null;
  /** The units of A's layer in the order of the rows. */
  readonly order: Uint32Array;
  /** Why the rows are not in the selected order. */
  readonly orderFault: string | null;
}

/** The sample's tokens if there is one per timestep: a model may have layers of other lengths. */
export function tokensOf({ sample, layer }: Pick<Side, "sample" | "layer">): readonly string[] | null {
  return layer.over_time && sample?.tokens?.length === layer.timesteps ? sample.tokens : null;
}

/** "epoch 3", with the run where two are shown. */
export function labelOf({ trace, run }: Side, withRun: boolean): string {
  const step = `${run.unit} ${trace.key.step}`;
  return withRun ? `${run.run} · ${step}` : step;
}
