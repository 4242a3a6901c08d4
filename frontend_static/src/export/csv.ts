/** A signal as CSV: a row per timestep, a column per unit. */
import { halfToNumber } from "../api/float16.ts";
import type { Matrix } from "../api/trace.ts";

/** The shortest decimal that reads back as the same number; NumPy and pandas read nan, inf and -inf. */
function numberText(value: number): string {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  // 2e19 without an exponent is an integer too long for pandas, which then reads its whole column as text.
  if (Math.abs(value) >= 2 ** 53) return value.toExponential();
  return Object.is(value, -0) ? "-0" : String(value);
}

/** The text of each value by its index. There are few half floats and many values: each is spelt once. */
function spelling({ data }: Matrix): (index: number) => string {
  if (!(data instanceof Uint16Array)) return (index) => numberText(data[index] as number);
  const known = new Array<string | undefined>(65536);
  return (index) => {
    const bits = data[index] as number;
    known[bits] ??= numberText(halfToNumber(bits));
    return known[bits];
  };
}

/**
 * A field as RFC 4180 has it; white space at either end is quoted as well, since some readers trim it.
 *
 * A token that begins with = + - or @ stays as it is, though a spreadsheet takes "=A1" for a formula: the
 * usual remedy, an apostrophe before it, would change the token for everyone who reads the file, and in source
 * code that is every "-" and "=". Quotes would not stop a spreadsheet either. The tokens are those of the user's
 * own probe, and the file is for programs first.
 */
function textField(text: string): string {
  return /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/**
 * `timestep,token,unit 0,unit 1,…`, or what else the axes are, without the tokens' column where there are none. At padding the units'
 * fields are empty, so that it differs from a NaN that training produced.
 *
 * Lines end in LF: pandas and spreadsheets read either, and after CRLF `awk` and `cut` find a last field
 * with a stray character.
 */
export function csv(
  matrix: Matrix,
  more: { tokens: readonly string[] | null; mask: Uint8Array | null; nouns: readonly [string, string] },
): string {
  const { timesteps, units } = matrix;
  const { tokens, mask, nouns } = more;
  const spell = spelling(matrix);
  const names = Array.from({ length: units }, (_, unit) => `${nouns[0]} ${unit}`);
  const rows = [[...(tokens === null ? [nouns[1]] : [nouns[1], "token"]), ...names].join(",")];
  const padding = names.map(() => "");
  for (let timestep = 0; timestep < timesteps; timestep++) {
    const row = [String(timestep)];
    if (tokens !== null) row.push(textField(tokens[timestep] ?? ""));
    if (mask !== null && mask[timestep] === 0) row.push(...padding);
    else for (let unit = 0; unit < units; unit++) row.push(spell(timestep * units + unit));
    rows.push(row.join(","));
  }
  return `${rows.join("\n")}\n`;
}
