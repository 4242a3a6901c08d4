/** Actions on what is shown: the run, the layer, the sample, the overview. */
import { layerOf } from "../layers.ts";
import type { Store } from "../store.ts";

type Changing = Pick<Store, "selection" | "update">;

export function chooseRun(store: Changing & Pick<Store, "pause">, run: string): void {
  store.pause();
  void store.update({ run });
}

/** Shows another layer, of B, too. The zoom stays if both layers have as many timesteps. */
export function chooseLayer(store: Changing & Pick<Store, "run">, layer: string): void {
  const { selection, run } = store;
  const timesteps = (key: string | null) => layerOf(run, key)?.timesteps;
  const window = timesteps(layer) === timesteps(selection.layer) ? selection.window : null;
  void store.update({ layer, window, other: { ...selection.other, layer: null } });
}

export function chooseSample(store: Changing, sample: number): void {
  void store.update({ sample });
}

export function toggleOverview(store: Changing): void {
  void store.update({ overview: !store.selection.overview });
}
