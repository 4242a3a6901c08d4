/** Which units are pinned, and where they stand. */

const PART = /^(\d+)(?:[-–](\d+))?$/;

/** From one unit to the other, either way round, without those that do not exist. */
function between(from: number, to: number, units: number): number[] {
  if (Math.min(from, to) >= units) return [];
  const [first, last] = [Math.min(from, units - 1), Math.min(to, units - 1)];
  const by = Math.sign(last - first);
  return Array.from({ length: Math.abs(last - first) + 1 }, (_, i) => first + i * by);
}

export interface ParsedUnits {
  /** Without repeats, in the order written; "20-10" runs down. */
  readonly units: number[];
  /** What is wrong with the rest of the text. */
  readonly problem: string | null;
}

/** Reads "3, 7 10-20" as units of a signal that has `units` of them. */
export function parseUnits(text: string, units: number): ParsedUnits {
  const found = new Set<number>();
  const problems: string[] = [];
  for (const part of text.replace(/\s*([-–])\s*/g, "$1").split(/[\s,]+/)) {
    if (part === "") continue;
    const [, first, last = first] = PART.exec(part) ?? [];
    if (first === undefined || last === undefined) {
      problems.push(`Write units as 3, 7, 10-20; got "${part}".`);
      continue;
    }
    const outside = [first, last].find((unit) => Number(unit) >= units);
    if (outside !== undefined) problems.push(`Units are 0 to ${units - 1}, got ${outside}.`);
    for (const unit of between(Number(first), Number(last), units)) found.add(unit);
  }
  return { units: [...found], problem: problems[0] ?? null };
}

/** What `parseUnits` reads back as the same units: "3, 7, 10-20". */
export function formatUnits(units: readonly number[]): string {
  const parts: string[] = [];
  for (let at = 0; at < units.length; ) {
    let end = at + 1;
    while (end < units.length && units[end] === (units[end - 1] as number) + 1) end++;
    // Two neighbours are no shorter as a range.
    if (end - at < 3) end = at + 1;
    parts.push(end - at === 1 ? String(units[at]) : `${units[at]}-${units[end - 1]}`);
    at = end;
  }
  return parts.join(", ");
}

/** The pinned units as they were pinned, then the others in their order; with `only`, those pinned alone. */
export function arrange(order: Uint32Array, pinned: readonly number[], only: boolean): Uint32Array {
  const first = new Set(pinned.filter((unit) => unit < order.length));
  // The same array for the same order, so that a lane need not repaint.
  if (first.size === 0) return order;
  return Uint32Array.from(only ? first : [...first, ...order.filter((unit) => !first.has(unit))]);
}

const identities = new Map<number, Uint32Array>();

/** Units by index; the same array each time, so that nothing is painted again for it. */
export function identityOrder(units: number): Uint32Array {
  const order = identities.get(units) ?? Uint32Array.from({ length: units }, (_, unit) => unit);
  identities.set(units, order);
  return order;
}

const shortened = new WeakMap<Uint32Array, Map<number, Uint32Array>>();

/** An order without the units from `units` on; the same one for the same order, so that a lane need not repaint. */
export function firstUnits(order: Uint32Array, units: number): Uint32Array {
  const known = shortened.get(order) ?? new Map<number, Uint32Array>();
  shortened.set(order, known);
  const made = known.get(units) ?? order.filter((unit) => unit < units);
  known.set(units, made);
  return made;
}
