/** One signal's statistics per timestep, over samples and units, at the steps that TensorBoard kept. */
import { parseSafetensors } from "./safetensors.ts";

export interface Summary {
  /** Ascending. */
  readonly steps: readonly number[];
  readonly timesteps: number;
  readonly statistics: readonly string[];
  /** [steps, timesteps, statistics], C-order. */
  readonly values: Float32Array;
}

/** The summary of a signal that has none in the event file. */
export const NO_SUMMARY: Summary = { steps: [], timesteps: 0, statistics: [], values: new Float32Array() };

/** Throws on anything but the answer to `/summary`. */
export function parseSummary(buffer: ArrayBuffer): Summary {
  const { tensors, metadata } = parseSafetensors(buffer);
  const [stepTensor, tensor] = [tensors.get("steps"), tensors.get("summary")];
  const statistics = metadata.statistics?.split(",");
  if (stepTensor === undefined || tensor === undefined || statistics === undefined) {
    throw new Error("The summary lacks its steps, its values or the names of its statistics.");
  }
  const { data: values, shape } = tensor;
  if (!(stepTensor.data instanceof BigInt64Array) || !(values instanceof Float32Array)) {
    throw new Error(`The summary is of ${stepTensor.dtype} and ${tensor.dtype}, not of I64 and F32.`);
  }
  const steps = Array.from(stepTensor.data, Number);
  const timesteps = shape[1];
  if (shape.length !== 3 || timesteps === undefined) {
    throw new Error("The summary is not [steps, timesteps, statistics].");
  }
  if (shape[0] !== steps.length || shape[2] !== statistics.length) {
    const named = `${steps.length} steps and ${statistics.length} statistics`;
    throw new Error(`The summary names ${named}, but holds [${shape.join(", ")}] values.`);
  }
  return { steps, timesteps, statistics, values };
}
