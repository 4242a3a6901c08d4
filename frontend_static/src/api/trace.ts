/** One layer's signals for one sample at one step. */
import { halfTable, halfToNumber } from "./float16.ts";
import { parseSafetensors, type Tensor } from "./safetensors.ts";
import type { TraceKey } from "./types.ts";

export interface Matrix {
  readonly dtype: "F16" | "F32" | "F64";
  readonly timesteps: number;
  readonly units: number;
  /** [timesteps, units], C-order; F16 as bits. */
  readonly data: Uint16Array | Float32Array | Float64Array;
}

export interface Trace {
  readonly key: TraceKey;
  readonly signals: ReadonlyMap<string, Matrix>;
  /** [timesteps], 1 = real step, 0 = padding; null when the layer had no mask. */
  readonly mask: Uint8Array | null;
  readonly bytes: number;
}

const PREFIX = "signals/";

export function toMatrix(name: string, tensor: Tensor): Matrix {
  const { dtype, shape, data } = tensor;
  const [timesteps, units] = shape;
  if (shape.length !== 2 || timesteps === undefined || units === undefined) {
    throw new Error(`The signal ${name} is not [timesteps, units].`);
  }
  if (data instanceof Uint16Array || data instanceof Float32Array || data instanceof Float64Array) {
    return { dtype: dtype as Matrix["dtype"], timesteps, units, data };
  }
  throw new Error(`The signal ${name} has the dtype ${dtype}, not a float.`);
}

export function parseTrace(key: TraceKey, buffer: ArrayBuffer): Trace {
  const { tensors } = parseSafetensors(buffer);
  const signals = new Map<string, Matrix>();
  for (const [name, tensor] of tensors) {
    if (!name.startsWith(PREFIX)) continue;
    const signal = name.slice(PREFIX.length);
    signals.set(signal, toMatrix(signal, tensor));
  }
  const mask = tensors.get("mask")?.data;
  return { key, signals, mask: mask instanceof Uint8Array ? mask : null, bytes: buffer.byteLength };
}

/** The file's own number: float16 widened, nothing rounded. */
export function valueAt(matrix: Matrix, timestep: number, unit: number): number {
  const value = matrix.data[timestep * matrix.units + unit];
  if (value === undefined) return Number.NaN;
  return matrix.data instanceof Uint16Array ? halfToNumber(value) : value;
}

/** Fills `row`, [units], with the numbers of one timestep; half floats widened, nothing rounded. */
export function readRow({ data, units }: Matrix, timestep: number, row: Float64Array): void {
  const start = timestep * units;
  if (data instanceof Uint16Array) {
    const table = halfTable();
    for (let unit = 0; unit < units; unit++) row[unit] = table[data[start + unit] as number] as number;
  } else {
    for (let unit = 0; unit < units; unit++) row[unit] = data[start + unit] as number;
  }
}

export function isPadding(trace: Trace, timestep: number): boolean {
  return trace.mask !== null && trace.mask[timestep] === 0;
}

/** `run`, `layer` and `sample` alike: the two traces differ in their step at most. */
export function sameSeries(a: TraceKey, b: TraceKey): boolean {
  return a.run === b.run && a.layer === b.layer && a.sample === b.sample;
}
