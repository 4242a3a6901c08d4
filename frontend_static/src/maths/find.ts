/** Where a text lies in a sequence of tokens. */

/** Timesteps [start, end). */
export interface Found {
  readonly start: number;
  readonly end: number;
}

/**
 * The text in lower case, each character by way of its capital: what a character becomes must not depend on its
 * neighbours, as a Greek sigma's does, since these may be in other tokens.
 */
function folded(text: string): string {
  return [...text].map((char) => char.toUpperCase().toLowerCase()).join("");
}

/** Where each token begins and ends in the joined text. */
function offsets(parts: readonly string[], gap: number): { begins: number[]; ends: number[] } {
  const begins: number[] = [];
  let at = 0;
  for (const part of parts) {
    begins.push(at);
    at += part.length + gap;
  }
  return { begins, ends: parts.map((part, i) => (begins[i] as number) + part.length) };
}

/**
 * The timesteps whose tokens `query` touches, match by match, each stretch once; matches may overlap.
 * Case matters if the query has a capital letter.
 */
export function findText(tokens: readonly string[], query: string): Found[] {
  if (query === "") return [];
  const fold = /\p{Lu}/u.test(query) ? (text: string) => text : folded;
  const [wanted, parts] = [fold(query), tokens.map(fold)];
  // Characters read as text; words and their parts need the space between them back.
  const gap = tokens.some((token) => [...token].length > 1) ? " " : "";
  const { begins, ends } = offsets(parts, gap.length);
  const text = parts.join(gap);
  const found: Found[] = [];
  let start = 0;
  for (let at = text.indexOf(wanted); at >= 0; at = text.indexOf(wanted, at + 1)) {
    while ((ends[start] as number) <= at) start++;
    let end = start;
    while (end < begins.length && (begins[end] as number) < at + wanted.length) end++;
    const last = found.at(-1);
    const repeats = last?.start === start && last.end === end;
    // A match between two tokens, a lone blank, touches neither.
    if (end > start && !repeats) found.push({ start, end });
  }
  return found;
}
