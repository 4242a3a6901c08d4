/** The time axis: round timesteps above, tokens below them where they can be read. */

import type { Theme } from "../../maths/colours.ts";
import { visibleToken } from "../../maths/format.ts";
import { xOfTime } from "../../maths/hit.ts";
import { CHAR_WIDTH, indexTicks, shorten, tokenContext, tokenStyle } from "../../maths/ticks.ts";
import type { TimeWindow } from "../../maths/window.ts";
import { MONO, PALETTE, SANS } from "../theme.ts";

export const INDEX_HEIGHT = 20;
export const TOKEN_HEIGHT = 20;

export interface AxisInput {
  readonly tokens: readonly string[] | null;
  readonly window: TimeWindow;
  readonly width: number;
  readonly cursor: number | null;
  /** The stretches that the search has found. */
  readonly found: readonly Stretch[];
  readonly theme: Theme;
}

/** Half-open, in timesteps. */
export interface Stretch {
  readonly start: number;
  readonly end: number;
}

type Pen = CanvasRenderingContext2D;

function drawIndices(pen: Pen, { window, width, cursor, theme }: AxisInput): void {
  const palette = PALETTE[theme];
  const cell = width / (window.to - window.from);
  pen.font = `11px ${SANS}`;
  pen.textBaseline = "middle";
  pen.textAlign = "left";
  for (const tick of indexTicks(window, width)) {
    const x = xOfTime(tick + 0.5, window, width);
    const text = String(tick);
    const half = pen.measureText(text).width / 2;
    // The number under the cursor is drawn below, in the accent colour.
    if (cursor !== null && Math.abs(tick - cursor) * cell < 2 * half + 20) continue;
    pen.fillStyle = palette.soft;
    pen.fillText(text, Math.max(0, Math.min(width - 2 * half, x - half)), 7);
    pen.fillStyle = palette.faint;
    pen.fillRect(Math.round(x), 15, 1, 4);
  }
  if (cursor === null || cursor + 1 <= window.from || cursor >= window.to) return;
  const text = String(cursor);
  pen.font = `600 11px ${SANS}`;
  const half = pen.measureText(text).width / 2;
  const x = xOfTime(cursor + 0.5, window, width);
  pen.fillStyle = palette.accent;
  pen.fillText(text, Math.max(0, Math.min(width - 2 * half, x - half)), 7);
}

function drawTokens(pen: Pen, input: AxisInput, tokens: readonly string[]): void {
  const { window, width, cursor, theme } = input;
  const palette = PALETTE[theme];
  const first = Math.max(0, Math.floor(window.from));
  const end = Math.min(tokens.length, Math.ceil(window.to));
  const shown = tokens.slice(first, end).map(visibleToken);
  const style = tokenStyle(shown, width / (window.to - window.from));
  const y = INDEX_HEIGHT + TOKEN_HEIGHT / 2;
  pen.textBaseline = "middle";
  if (style === null) {
    if (cursor === null) drawHint(pen, palette.faint, y);
    else drawLens(pen, input, tokens, cursor, y);
    return;
  }
  pen.textAlign = "center";
  for (const [i, token] of shown.entries()) {
    const here = first + i === cursor;
    pen.font = `${here ? "700 " : ""}${style.fontSize}px ${MONO}`;
    pen.fillStyle = here ? palette.accent : /^[·↵→␍]+$/.test(token) ? palette.faint : palette.ink;
    pen.fillText(shorten(token, style.fit), xOfTime(first + i + 0.5, window, width), y);
  }
}

/** Too dense to write out: the tokens around the cursor, read as text. */
function drawLens(pen: Pen, input: AxisInput, tokens: readonly string[], cursor: number, y: number): void {
  const { window, width, theme } = input;
  const palette = PALETTE[theme];
  const char = 12 * CHAR_WIDTH;
  const [before, here, after] = tokenContext(tokens.map(visibleToken), cursor, 24);
  const long = (text: string) => [...text].length * char;
  const [left, middle] = [long(before), long(here)];
  const total = left + middle + long(after);
  const wanted = xOfTime(cursor + 0.5, window, width) - middle / 2 - left;
  const x = Math.max(0, Math.min(width - total, wanted));
  pen.textAlign = "left";
  pen.font = `12px ${MONO}`;
  pen.fillStyle = palette.soft;
  pen.fillText(before, x, y);
  pen.fillText(after, x + left + middle, y);
  pen.font = `700 12px ${MONO}`;
  pen.fillStyle = palette.accent;
  pen.fillText(here, x + left, y);
}

function drawHint(pen: Pen, colour: string, y: number): void {
  pen.font = `11px ${SANS}`;
  pen.textAlign = "left";
  pen.fillStyle = colour;
  pen.fillText("zoom in to read the tokens", 0, y);
}

function drawFound(pen: Pen, { found, window, width, theme }: AxisInput): void {
  pen.fillStyle = PALETTE[theme].accent;
  for (const { start, end } of found) {
    const left = xOfTime(start, window, width);
    pen.fillRect(left, INDEX_HEIGHT + TOKEN_HEIGHT - 2, Math.max(2, xOfTime(end, window, width) - left), 2);
  }
}

export function drawAxis(pen: Pen, input: AxisInput): void {
  drawIndices(pen, input);
  drawFound(pen, input);
  if (input.tokens !== null) drawTokens(pen, input, input.tokens);
}
