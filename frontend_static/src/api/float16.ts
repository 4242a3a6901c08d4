/** IEEE half precision, decoded by table: `Float16Array` is not in every browser TensorBoard supports. */

let table: Float32Array | null = null;

function decode(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0x1f) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** The value of each of the 65,536 half floats, by its bits. */
export function halfTable(): Float32Array {
  if (table === null) {
    table = new Float32Array(65536);
    for (let bits = 0; bits < 65536; bits++) table[bits] = decode(bits);
  }
  return table;
}

export function halfToNumber(bits: number): number {
  return halfTable()[bits & 0xffff] as number;
}
