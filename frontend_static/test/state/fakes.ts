/** Runs, traces and a client for the tests of `state`: the test decides what is answered, and when. */
import type { Client } from "../../src/api/client.ts";
import type { Summary } from "../../src/api/summary.ts";
import type { Matrix, Trace } from "../../src/api/trace.ts";
import type { LayerInfo, RunInfo, SignalInfo, TraceKey } from "../../src/api/types.ts";

export function signalOf(name: string, more: Partial<SignalInfo> = {}): SignalInfo {
  // Unlike the name, so that a test sees which of the two is shown.
  const label = `«${name}»`;
  const unknown = { range: null, extremes: null, letter: null, meaning: null, saturation: null };
  return {
    name,
    label,
    ...unknown,
    state: null,
    gradient_of: null,
    units: 4,
    axes: ["time", "unit"],
    position: "timestep",
    ...more,
  };
}

export function layerOf(key = "lstm", more: Partial<LayerInfo> = {}): LayerInfo {
  const signals = [signalOf("gate", { range: [0, 1], saturation: [0.1, 0.9] }), signalOf("state")];
  return {
    key,
    cell: "LSTM",
    units: 4,
    timesteps: 3,
    position: "timestep",
    over_time: true,
    masked: false,
    keeps: null,
    config: {},
    rows: null,
    fingerprint: "same",
    signals,
    ...more,
  };
}

export function runOf(run: string, more: Partial<RunInfo> = {}): RunInfo {
  return {
    run,
    unit: "epoch",
    steps: [0, 1, 2, 3],
    logs: {},
    not_finite: {},
    layers: [layerOf()],
    samples: [{ name: "x" }, { name: "y" }],
    annotations: [],
    problems: [],
    saturated_share: 0.95,
    probe: "same",
    directory: `/logs/${run}`,
    ...more,
  };
}

/** Values count on from `first`, timestep by timestep. */
export function matrixOf(timesteps: number, units: number, first = 0): Matrix {
  const data = Float32Array.from({ length: timesteps * units }, (_, i) => first + i);
  return { dtype: "F32", timesteps, units, data };
}

/** A trace whose values tell its step. */
export function traceOf(key: TraceKey): Trace {
  const signals = new Map(["gate", "state"].map((name) => [name, matrixOf(3, 4, 100 * key.step)]));
  return { key, signals, mask: null, bytes: 96 };
}

export function summaryOf(steps: readonly number[] = [0]): Summary {
  return { steps, timesteps: 1, statistics: ["median"], values: new Float32Array(steps.length) };
}

export function abortError(): Error {
  return new DOMException("Aborted.", "AbortError");
}

/** One request that the client was asked for. */
export interface Request {
  readonly route: string;
  // biome-ignore lint/suspicious/noExplicitAny: each route has parameters of its own.
  readonly key: any;
  readonly signal: AbortSignal;
  /** Gives the answer, or an error, and lets everything that follows from it happen. */
  readonly answer: (value: unknown) => Promise<void>;
  readonly fail: (error: unknown) => Promise<void>;
}

/** Lets every promise that can settle do so. */
export async function settle(): Promise<void> {
  for (let i = 0; i < 50; i++) await null;
}

/**
 * Records every request. `answers` decides: an answer, an `Error` to fail with, or undefined to leave it to the test.
 * Like `fetch`, a request that is aborted fails with an AbortError, unless `ignoresAbort`.
 */
export class FakeClient {
  readonly requests: Request[] = [];
  answers: (route: string, key: Request["key"]) => unknown;
  ignoresAbort = false;

  constructor(answers: FakeClient["answers"] = () => undefined) {
    this.answers = answers;
  }

  get client(): Client {
    const ask =
      (route: string) =>
      (...args: unknown[]) =>
        this.request(route, args.slice(0, -1), args.at(-1) as AbortSignal);
    const names = ["runs", "trace", "series", "similarity", "summary", "scales", "evolution", "change"];
    return {
      ...Object.fromEntries(names.map((name) => [name, ask(name)])),
      run: (run: string, signal: AbortSignal) => this.request("run", [{ run }], signal),
      sample: (run: string, sample: number, signal: AbortSignal) =>
        this.request("sample", [{ run, sample }], signal),
      ask: ({ route, params }: { route: string; params: object }, signal: AbortSignal) =>
        this.request(route, [params], signal),
    } as unknown as Client;
  }

  /** The requests of a route, each by one of its parameters. */
  of(route: string, name = "step"): unknown[] {
    return this.requests.filter((one) => one.route === route).map(({ key }) => key[name]);
  }

  /** The last request of a route. */
  last(route: string): Request {
    const found = this.requests.findLast((one) => one.route === route);
    if (found === undefined) throw new Error(`Nothing was asked of ${route}.`);
    return found;
  }

  private request(route: string, [key]: unknown[], signal: AbortSignal): Promise<unknown> {
    let resolve: (value: unknown) => void = () => undefined;
    let reject: (error: unknown) => void = () => undefined;
    const promise = new Promise<unknown>((...settlers) => {
      [resolve, reject] = settlers;
    });
    const done = (settleIt: (value: unknown) => void) => (value: unknown) => {
      settleIt(value);
      return settle();
    };
    this.requests.push({ route, key, signal, answer: done(resolve), fail: done(reject) });
    if (!this.ignoresAbort) signal.addEventListener("abort", () => reject(abortError()));
    const known = this.answers(route, key);
    if (known instanceof Error) reject(known);
    else if (known !== undefined) resolve(known);
    return promise;
  }
}

/** Answers like a server that holds these runs. */
export function serverOf(runs: readonly RunInfo[]): FakeClient["answers"] {
  return (route, key) => {
    if (route === "runs")
      return runs.map(({ run }) => ({ name: run, unit: "epoch", steps: 4, last_step: 3 }));
    if (route === "run") return runs.find(({ run }) => run === key.run) ?? new Error("No such run.");
    if (route === "trace") return traceOf(key);
    if (route === "sample") return { name: "x", tokens: ["a", "b", "c"], annotations: {} };
    if (route === "series")
      return { inputs: new Map(), targets: new Map(), predictions: new Map(), classes: new Map() };
    if (route === "summary") return summaryOf();
    if (route === "scales") return new Map();
    return {};
  };
}
