/** Looks up a layer in a run's description. */
import type { LayerInfo, RunInfo } from "../api/types.ts";

/** The layer with this key; undefined where the run, the key or the layer is not there. */
export function layerOf(run: RunInfo | null, key: string | null | undefined): LayerInfo | undefined {
  return run?.layers.find((layer) => layer.key === key);
}
