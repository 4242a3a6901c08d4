/** A run and a selection for the tests of the panels. */
import type { RunInfo, SignalInfo } from "../../src/api/types.ts";
import { NOTHING, type Selection } from "../../src/state/selection.ts";

export function signalInfo(name: string, more: Partial<SignalInfo> = {}): SignalInfo {
  return {
    name,
    range: null,
    extremes: null,
    units: 4,
    axes: ["time", "unit"],
    position: "timestep",
    label: name.replaceAll("_", " "),
    letter: null,
    meaning: null,
    saturation: null,
    state: null,
    gradient_of: null,
    ...more,
  };
}

export const RUN: RunInfo = {
  run: "a/rnn",
  unit: "epoch",
  steps: [0, 1, 2],
  logs: {},
  not_finite: {},
  layers: [
    {
      key: "lstm",
      cell: "LSTM",
      units: 4,
      timesteps: 9,
      position: "timestep",
      over_time: true,
      masked: false,
      keeps: null,
      signals: [
        signalInfo("forget_gate", { range: [0, 1], saturation: [0.1, 0.9], state: "hidden_state" }),
        signalInfo("cell_state", { state: "cell_state" }),
        signalInfo("hidden_state", { state: "hidden_state" }),
      ],
      config: {},
      rows: null,
      fingerprint: "same",
    },
    {
      key: "mine",
      cell: "Memory",
      units: 4,
      timesteps: 9,
      position: "timestep",
      over_time: true,
      masked: false,
      keeps: null,
      signals: [signalInfo("state_0")],
      config: {},
      rows: null,
      fingerprint: "same",
    },
  ],
  samples: [{ name: "x" }, { name: "y" }, { name: "z" }],
  annotations: [
    { name: "inside", kind: "flag" },
    { name: "depth", kind: "number" },
  ],
  problems: [],
  saturated_share: 0.95,
  probe: "same",
  directory: "/logs/a/rnn",
};

export const AT: Selection = {
  ...NOTHING,
  run: "a/rnn",
  layer: "lstm",
  sample: 0,
  step: 2,
  signal: "forget_gate",
};
