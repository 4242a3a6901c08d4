/** Ticks of the time axis and which tokens can be read. */
import { scaleLinear } from "d3-scale";
import type { TimeWindow } from "./window.ts";

/** Whole timesteps at round numbers, `room` CSS pixels apart or more. */
export function indexTicks(window: TimeWindow, width: number, room = 64): number[] {
  const count = Math.max(1, Math.floor(width / room));
  const ticks = scaleLinear([window.from, window.to], [0, width]).ticks(count);
  return ticks.filter((tick) => Number.isInteger(tick) && tick >= window.from && tick < window.to);
}

export interface TokenStyle {
  readonly fontSize: number;
  /** Characters that fit one cell. */
  readonly fit: number;
}

/** Width of one character of the system's monospace fonts, in font sizes; DejaVu's is the widest. */
export const CHAR_WIDTH = 0.602;
const LARGEST = 13;
const SMALLEST = 9;

/**
 * How to write `tokens` into cells of `cellWidth`, or null when most would be cut short.
 * Single characters may touch, as in text; longer tokens keep a gap.
 */
export function tokenStyle(tokens: readonly string[], cellWidth: number): TokenStyle | null {
  if (tokens.length === 0) return null;
  const longest = tokens.reduce((most, token) => Math.max(most, [...token].length), 0);
  const gap = longest > 1 ? 4 : 0;
  const room = cellWidth - gap;
  const fitAt = (size: number) => Math.floor(room / (size * CHAR_WIDTH) + 1e-6);
  const readable = (size: number) => {
    const fit = fitAt(size);
    const whole = tokens.reduce((sum, token) => sum + ([...token].length <= fit ? 1 : 0), 0);
    return fit >= 1 && (whole >= 0.6 * tokens.length || fit >= 5);
  };
  for (let fontSize = LARGEST; fontSize >= SMALLEST; fontSize--) {
    if (readable(fontSize)) return { fontSize, fit: fitAt(fontSize) };
  }
  return null;
}

export function shorten(token: string, fit: number): string {
  const chars = [...token];
  if (chars.length <= fit) return token;
  return fit <= 1 ? chars.slice(0, fit).join("") : `${chars.slice(0, fit - 1).join("")}…`;
}

/** What stands around a timestep, as [before, token, after], each side at most `chars` long. */
export function tokenContext(
  tokens: readonly string[],
  timestep: number,
  chars: number,
): [string, string, string] {
  const gap = gapOf(tokens);
  const [before, here, after] = stretchContext(tokens, { start: timestep, end: timestep + 1 }, chars);
  const most = chars + gap.length;
  return [[...before].slice(-most).join(""), here, [...after].slice(0, most).join("")];
}

/** A stretch as text, and what stands around it: [before, inside, after], each side at most `around` tokens. */
export function stretchContext(
  tokens: readonly string[],
  { start, end }: { readonly start: number; readonly end: number },
  around: number,
): [string, string, string] {
  const gap = gapOf(tokens);
  const join = (from: number, to: number) => tokens.slice(Math.max(0, from), to).join(gap);
  const [before, after] = [join(start - around, start), join(end, end + around)];
  return [before && before + gap, join(start, end), after && gap + after];
}

/** Characters read as text; words and their parts need the space between them back. */
function gapOf(tokens: readonly string[]): string {
  return tokens.some((token) => [...token].length > 1) ? " " : "";
}
