/** Answers that hold a few named arrays: evolution, change, order, series. */
import { parseSafetensors, type Tensor } from "./safetensors.ts";
import { type Matrix, toMatrix } from "./trace.ts";

/** One unit of one signal at every step. */
export interface Evolution {
  readonly steps: readonly number[];
  /** Steps that are left out: their files are damaged. */
  readonly unreadable: readonly number[];
  /** [timesteps, steps]: a step is a row of the picture, as a unit is elsewhere. */
  readonly values: Matrix;
  readonly mask: Uint8Array | null;
}

/** How much each unit changed from each captured step to the next. */
export interface Change {
  readonly steps: readonly number[];
  /** As of an evolution. */
  readonly unreadable: readonly number[];
  readonly units: number;
  /** [steps, units]; the first row is NaN. */
  readonly values: Float32Array;
}

/** What stands beside the tokens of one sample, by name. */
export interface Series {
  /** [timesteps, features] each. */
  readonly inputs: ReadonlyMap<string, Matrix>;
  readonly targets: ReadonlyMap<string, Matrix>;
  readonly predictions: ReadonlyMap<string, Matrix>;
  /** [timesteps] each, of predictions that are scores of classes. */
  readonly classes: ReadonlyMap<string, ClassScores>;
}

export interface ClassScores {
  readonly best: Int32Array;
  readonly bestScore: Float32Array;
  /** null where the targets do not say which class is right. */
  readonly target: Int32Array | null;
  readonly targetScore: Float32Array | null;
}

type Tensors = ReadonlyMap<string, Tensor>;

function arrayOf<T>(tensors: Tensors, name: string, kind: new (...args: never[]) => T): T {
  const data = tensors.get(name)?.data;
  if (data instanceof kind) return data;
  throw new Error(`The response has no array ${name} of the right type.`);
}

function optional<T>(tensors: Tensors, name: string, kind: new (...args: never[]) => T): T | null {
  return tensors.has(name) ? arrayOf(tensors, name, kind) : null;
}

function matrixOf(tensors: Tensors, name: string): Matrix {
  const tensor = tensors.get(name);
  if (tensor === undefined) throw new Error(`The response has no array ${name}.`);
  return toMatrix(name, tensor);
}

function stepsOf(tensors: Tensors): { steps: number[]; unreadable: number[] } {
  const numbers = (name: string) => Array.from(arrayOf(tensors, name, BigInt64Array), Number);
  return { steps: numbers("steps"), unreadable: numbers("unreadable") };
}

export function parseEvolution(buffer: ArrayBuffer): Evolution {
  const { tensors } = parseSafetensors(buffer);
  const mask = optional(tensors, "mask", Uint8Array);
  return { ...stepsOf(tensors), values: matrixOf(tensors, "values"), mask };
}

export function parseChange(buffer: ArrayBuffer): Change {
  const { tensors } = parseSafetensors(buffer);
  const units = tensors.get("change")?.shape[1] ?? 0;
  return { ...stepsOf(tensors), units, values: arrayOf(tensors, "change", Float32Array) };
}

export function parseOrder(buffer: ArrayBuffer): Uint32Array {
  const { tensors } = parseSafetensors(buffer);
  return Uint32Array.from(arrayOf(tensors, "order", BigInt64Array), Number);
}

export function parseSeries(buffer: ArrayBuffer): Series {
  const { tensors } = parseSafetensors(buffer);
  const group = (prefix: string) =>
    new Map(
      [...tensors.keys()]
        .filter((name) => name.startsWith(prefix))
        .map((name) => [name.slice(prefix.length), matrixOf(tensors, name)]),
    );
  const scored = [...tensors.keys()].filter((name) => name.startsWith("best/"));
  const classes = scored.map((name): [string, ClassScores] => {
    const output = name.slice("best/".length);
    return [
      output,
      {
        best: arrayOf(tensors, name, Int32Array),
        bestScore: arrayOf(tensors, `best_score/${output}`, Float32Array),
        target: optional(tensors, `target_class/${output}`, Int32Array),
        targetScore: optional(tensors, `target_score/${output}`, Float32Array),
      },
    ];
  });
  return {
    inputs: group("inputs/"),
    targets: group("targets/"),
    predictions: group("predictions/"),
    classes: new Map(classes),
  };
}

/** Whether anything in it changes with the step. */
export function hasPredictions(series: Series): boolean {
  return series.predictions.size > 0 || series.classes.size > 0;
}
