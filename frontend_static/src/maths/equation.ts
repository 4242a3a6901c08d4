/** An explanation's equation, for setting it in type and for following its letters. */

/** A piece of an equation: a letter with its subscript, or what stands between letters. */
export interface Piece {
  readonly text: string;
  readonly sub: string | null;
  /** As in the equation, "c_prev"; null of what is no letter. */
  readonly symbol: string | null;
}

/** A letter is alone and no function's name. */
const SYMBOL = /(?<![A-Za-z_])([A-Za-z]'?)(?:_([a-z]+))?(?![A-Za-z_(])/g;

/** "−" and "·" in place of what a keyboard has. */
function typeset(text: string): string {
  return text.replaceAll("*", "·").replaceAll("-", "−").replaceAll("'", "′");
}

export function piecesOf(equation: string): Piece[] {
  const pieces: Piece[] = [];
  let end = 0;
  const between = (to: number) => {
    if (to > end) pieces.push({ text: typeset(equation.slice(end, to)), sub: null, symbol: null });
  };
  for (const match of equation.matchAll(SYMBOL)) {
    between(match.index);
    pieces.push({ text: typeset(match[1] ?? ""), sub: match[2] ?? null, symbol: match[0] });
    end = match.index + match[0].length;
  }
  between(equation.length);
  return pieces;
}

/** The right sides in numbers, ever shorter, of an explanation's text; the last, which is the value, left out. */
export function sidesOf(text: string): string[] {
  const lines = (text.split("\n\n")[1] ?? "").split("\n").slice(1, -1);
  return lines.map((line) => typeset(line.trim().replace(/^= /, "")));
}

/** Why the value is as captured, where the activation function is not known; else null. */
export function notRecomputed(text: string): string | null {
  return /\((as captured: .*)\)$/m.exec(text)?.[1] ?? null;
}

/** What a letter stands for; `before`: at the timestep that was read before. */
export interface Meaning {
  readonly signal: string;
  readonly before: boolean;
}

const MEANINGS: Readonly<Record<string, Meaning>> = {
  i: { signal: "input_gate", before: false },
  f: { signal: "forget_gate", before: false },
  g: { signal: "candidate", before: false },
  o: { signal: "output_gate", before: false },
  z: { signal: "update_gate", before: false },
  r: { signal: "reset_gate", before: false },
  c: { signal: "cell_state", before: false },
  c_prev: { signal: "cell_state", before: true },
  h_prev: { signal: "hidden_state", before: true },
};

export function meaningOf(symbol: string): Meaning | null {
  return MEANINGS[symbol] ?? null;
}
