/** A signal as a NumPy file, format 1.0: `numpy.load` gives back the very numbers of the trace. */
import type { Matrix } from "../api/trace.ts";

const DESCR = { F16: "<f2", F32: "<f4", F64: "<f8" } as const;
const MAGIC = "\x93NUMPY\x01\x00";
/** The array starts on a multiple of this, so that it can be memory-mapped. */
const ALIGNMENT = 64;

/** The file's first bytes, one per character. */
function header({ dtype, timesteps, units }: Matrix): string {
  const shape = `(${timesteps}, ${units})`;
  const fields = `{'descr': '${DESCR[dtype]}', 'fortran_order': False, 'shape': ${shape}, }`;
  const before = MAGIC.length + 2;
  const padding = (ALIGNMENT - ((before + fields.length + 1) % ALIGNMENT)) % ALIGNMENT;
  const length = fields.length + padding + 1;
  return `${MAGIC}${String.fromCharCode(length & 0xff, length >> 8)}${fields}${" ".repeat(padding)}\n`;
}

/** `[timesteps, units]` in C order, in the dtype of the trace. */
export function npy(matrix: Matrix): Uint8Array<ArrayBuffer> {
  const head = header(matrix);
  const { buffer, byteOffset, byteLength } = matrix.data;
  const file = new Uint8Array(head.length + byteLength);
  for (let i = 0; i < head.length; i++) file[i] = head.charCodeAt(i);
  // The trace is a view into the server's bytes, which are little-endian, as NumPy is told.
  file.set(new Uint8Array(buffer, byteOffset, byteLength), head.length);
  return file;
}
