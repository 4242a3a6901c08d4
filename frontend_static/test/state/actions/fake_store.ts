/** A store for the tests of actions: it takes patches as they are, and notes what else is called. */
import type { RunInfo } from "../../../src/api/types.ts";
import type { Match } from "../../../src/state/finder.ts";
import { NOTHING, type Selection } from "../../../src/state/selection.ts";
import type { Side, View } from "../../../src/state/view.ts";
import { layerOf, runOf, traceOf } from "../fakes.ts";

const RUN = runOf("a", { layers: [layerOf("lstm"), layerOf("gru", { timesteps: 9 }), layerOf("like")] });

export function sideOf(step: number, layer = layerOf("lstm")): Side {
  const trace = traceOf({ run: "a", layer: layer.key, sample: 0, step });
  return { trace, run: RUN, layer, sample: null, series: null, scales: new Map() };
}

export class FakeStore {
  selection: Selection;
  run: RunInfo | null = RUN;
  otherRun: RunInfo | null = RUN;
  view: View | null = null;
  playing = false;
  readonly calls: string[] = [];
  matches: readonly Match[] | null = [];

  constructor(selection: Partial<Selection> = {}) {
    this.selection = {
      ...NOTHING,
      run: "a",
      layer: "lstm",
      sample: 0,
      step: 1,
      signal: "gate",
      ...selection,
    };
  }

  readonly update = async (patch: Partial<Selection>): Promise<void> => {
    this.calls.push(`update ${Object.keys(patch).sort().join(" ")}`);
    this.selection = { ...this.selection, ...patch };
  };

  readonly pause = (): void => {
    this.calls.push("pause");
  };

  readonly play = (): void => {
    this.calls.push("play");
  };

  /** Members of the selection after the last update. */
  last<K extends keyof Selection>(...names: K[]): Selection[K][] {
    return names.map((name) => this.selection[name]);
  }
}
