/** Reads the safetensors layout: header length, JSON header, arrays. */

export type Dtype = "F16" | "F32" | "F64" | "BOOL" | "U8" | "I32" | "I64";

export type TensorData = Uint16Array | Float32Array | Float64Array | Uint8Array | Int32Array | BigInt64Array;

export interface Tensor {
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  /** F16 stays as its 16 bits. */
  readonly data: TensorData;
}

export interface TensorFile {
  readonly tensors: ReadonlyMap<string, Tensor>;
  readonly metadata: Readonly<Record<string, string>>;
}

interface HeaderEntry {
  dtype: string;
  shape: number[];
  data_offsets: [number, number];
}

const VIEWS = {
  F16: Uint16Array,
  F32: Float32Array,
  F64: Float64Array,
  BOOL: Uint8Array,
  U8: Uint8Array,
  I32: Int32Array,
  I64: BigInt64Array,
} as const;

function isDtype(name: string): name is Dtype {
  return Object.hasOwn(VIEWS, name);
}

function viewOf(buffer: ArrayBuffer, dtype: Dtype, start: number, end: number): TensorData {
  const View = VIEWS[dtype];
  const count = (end - start) / View.BYTES_PER_ELEMENT;
  // A view must begin on a multiple of its element's size; arrays after a mask of odd length may not.
  if (start % View.BYTES_PER_ELEMENT === 0) return new View(buffer, start, count);
  return new View(buffer.slice(start, end));
}

function readTensor(buffer: ArrayBuffer, base: number, name: string, entry: HeaderEntry): Tensor {
  const { dtype, shape, data_offsets: offsets } = entry;
  if (!isDtype(dtype)) throw new Error(`The array ${name} has the unknown dtype ${dtype}.`);
  const [start, end] = [base + offsets[0], base + offsets[1]];
  const bytes = shape.reduce((size, length) => size * length, VIEWS[dtype].BYTES_PER_ELEMENT);
  if (end - start !== bytes || start < base || end > buffer.byteLength) {
    throw new Error(`The array ${name} does not fit its place in the response.`);
  }
  return { dtype, shape, data: viewOf(buffer, dtype, start, end) };
}

/** Views into `buffer`, without copying where alignment allows. Throws on anything malformed. */
export function parseSafetensors(buffer: ArrayBuffer): TensorFile {
  if (buffer.byteLength < 8) throw new Error("The response is too short to hold arrays.");
  const length = Number(new DataView(buffer).getBigUint64(0, true));
  if (8 + length > buffer.byteLength) throw new Error("The response ends inside its own header.");
  const text = new TextDecoder().decode(new Uint8Array(buffer, 8, length));
  const header = JSON.parse(text) as Record<string, HeaderEntry | Record<string, string>>;
  const tensors = new Map<string, Tensor>();
  let metadata: Record<string, string> = {};
  for (const [name, entry] of Object.entries(header)) {
    if (name === "__metadata__") metadata = entry as Record<string, string>;
    else tensors.set(name, readTensor(buffer, 8 + length, name, entry as HeaderEntry));
  }
  return { tensors, metadata };
}
