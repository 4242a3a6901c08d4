/** Answers that hold a few named arrays: order, series. */
import { parseSafetensors, type Tensor } from "./safetensors.ts";
import { type Matrix, toMatrix } from "./trace.ts";

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

/** Throws unless there is an array of this name and kind. */
export function arrayOf<T>(tensors: Tensors, name: string, kind: new (...args: never[]) => T): T {
  const data = tensors.get(name)?.data;
  if (data instanceof kind) return data;
  throw new Error(`The response has no array ${name} of the right type.`);
}

export function optionalArray<T>(
  tensors: Tensors,
  name: string,
  kind: new (...args: never[]) => T,
): T | null {
  return tensors.has(name) ? arrayOf(tensors, name, kind) : null;
}

export function matrixOf(tensors: Tensors, name: string): Matrix {
  const tensor = tensors.get(name);
  if (tensor === undefined) throw new Error(`The response has no array ${name}.`);
  return toMatrix(name, tensor);
}

/** The steps of a history, and those that are left out. */
export function stepsOf(tensors: Tensors): { steps: number[]; unreadable: number[] } {
  const numbers = (name: string) => Array.from(arrayOf(tensors, name, BigInt64Array), Number);
  return { steps: numbers("steps"), unreadable: numbers("unreadable") };
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
        target: optionalArray(tensors, `target_class/${output}`, Int32Array),
        targetScore: optionalArray(tensors, `target_score/${output}`, Float32Array),
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
