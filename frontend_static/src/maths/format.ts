/** Numbers as people read them; a true minus sign, no false digits. */
import type { StepUnit } from "../api/types.ts";

function withMinus(text: string): string {
  return text.replaceAll("-", "−");
}

/** Five significant digits: four do not tell all neighbouring float16 values apart. */
export function formatValue(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (size < 1e-4 || size >= 1e6) return withMinus(value.toExponential(4).replace("e+", "e"));
  if (size >= 1e5) return withMinus(value.toFixed(0));
  return withMinus(value.toPrecision(5));
}

/** The ends of a legend: short, but never a rounder number than the scale's own. */
export function formatEnd(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < 1e6) return withMinus(String(value));
  const size = Math.abs(value);
  if (size < 1e-3 || size >= 1e6) return withMinus(value.toExponential(1).replace("e+", "e"));
  return withMinus(String(Number(value.toPrecision(3))));
}

/** In per cent; never 0 or 100 for a share that is only near it. */
export function formatShare(share: number): string {
  if (!Number.isFinite(share)) return "–";
  const percent = (100 * share).toFixed(1);
  if (percent === "0.0" && share > 0) return "<0.1 %";
  if (percent === "100.0" && share < 1) return ">99.9 %";
  return `${percent.replace(/\.0$/, "")} %`;
}

const MAX_LISTED = 4;

/** The plural of what a step is. */
export function unitPlural(unit: StepUnit): string {
  return unit === "epoch" ? "epochs" : "batches";
}

/** A sentence on the steps that a history lacks, and why; "" where none is missing. */
export function leftOut(unit: StepUnit, steps: readonly number[]): string {
  if (steps.length === 0) return "";
  if (steps.length === 1) return `${capitalized(unit)} ${steps[0]} is left out: its file is damaged.`;
  const named = steps.length > MAX_LISTED ? steps.slice(0, MAX_LISTED - 1) : steps.slice(0, -1);
  const last = steps.length > MAX_LISTED ? `${formatCount(steps.length - named.length)} more` : steps.at(-1);
  return `${capitalized(unitPlural(unit))} ${named.join(", ")} and ${last} are left out: their files are damaged.`;
}

function capitalized(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}

export function formatCount(value: number): string {
  return value.toLocaleString("en-US");
}

const VISIBLE: Readonly<Record<string, string>> = {
  " ": "·",
  "\n": "↵",
  "\t": "→",
  "\r": "␍",
  "\u00a0": "·",
};

/** A token with its white space made visible. */
export function visibleToken(token: string): string {
  return token.replace(/[ \n\t\r\u00a0]/g, (char) => VISIBLE[char] ?? char);
}

/** "1 unit", "5 queries", "2 keys". */
export function plural(count: number, noun: string): string {
  const several = /[^aeiou]y$/.test(noun) ? `${noun.slice(0, -1)}ies` : `${noun}s`;
  return `${formatCount(count)} ${count === 1 ? noun : several}`;
}
