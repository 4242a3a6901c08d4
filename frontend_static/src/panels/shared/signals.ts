/** Looks up signals in a run's description. */
import type { LayerInfo, RunInfo, SignalInfo } from "../../api/types.ts";
import { layerOf } from "../../state/layers.ts";

export function signalOf(run: RunInfo, layer: string | null, name: string): SignalInfo | undefined {
  return layerOf(run, layer)?.signals.find((signal) => signal.name === name);
}

/** The label of a signal; its name where the run has no such signal. */
export function labelOf(run: RunInfo, layer: string | null, name: string): string {
  return signalOf(run, layer, name)?.label ?? name;
}

/** The options of a picker of signals. */
export function signalOptions(layer: LayerInfo | undefined): { value: string; text: string }[] {
  return (layer?.signals ?? []).map(({ name, label }) => ({ value: name, text: label }));
}

/** The state that the recurrent weights read at the next timestep: the last state of every known cell; else null. */
export function recurrentState(layer: LayerInfo | undefined): string | null {
  return layer?.signals.findLast(({ name, state }) => state === name)?.name ?? null;
}
