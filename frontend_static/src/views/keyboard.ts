/** What each command of the keyboard does. */
import { brushTo } from "../maths/brush.ts";
import { reveal, revealStretch, type TimeWindow, zoomAround } from "../maths/window.ts";
import { wrap } from "../state/finder.ts";
import { type Command, moveCell } from "../state/keys.ts";
import type { Comparing } from "../state/selection.ts";
import type { Session } from "../state/session.ts";
import { comparePatch } from "./bars/compare_bar.ts";

/** The time axis in view, of the timeline or of the overview. */
export interface Axis {
  readonly window: TimeWindow;
  readonly total: number;
  readonly minSpan: number;
  /** The units in the order of their rows. */
  readonly rows: Uint32Array;
}

/** What the tab lends the keyboard. */
export interface KeyboardContext {
  readonly session: Session;
  readonly axis: () => Axis | null;
  readonly toggleHelp: () => void;
  readonly focusFind: () => void;
}

const NEXT: Readonly<Record<Comparing, Comparing>> = { off: "side", side: "difference", difference: "off" };

/** False when there is nothing the command could act on. */
export function runCommand(command: Command, context: KeyboardContext): boolean {
  const { session } = context;
  if (command.do === "help") {
    context.toggleHelp();
    return true;
  }
  const { run, selection } = session;
  if (run === null) return false;
  switch (command.do) {
    case "let-go":
      session.look({ pin: null });
      // Escape also closes the help, which is the browser's own doing.
      return false;
    case "play":
      session.stepping.toggle();
      break;
    case "reset":
      session.look({ window: null });
      break;
    case "step":
      session.stepping.move(command.by);
      break;
    case "other-step":
      session.stepping.moveOther(command.by);
      break;
    case "compare":
      void session.choose(comparePatch(selection, run, NEXT[selection.compare]));
      break;
    case "swap":
      session.swap();
      break;
    case "panel":
      void session.choose({ panel: selection.panel === command.panel ? null : command.panel });
      break;
    case "brush":
      moveBrush(session, command.edge);
      break;
    case "overview":
      void session.choose({ overview: !selection.overview });
      break;
    case "follow":
      void session.choose({ follow: !selection.follow });
      break;
    case "only":
      session.look({ only: !selection.only && selection.pinned.length > 0 });
      break;
    case "pin-unit":
      pinUnit(session);
      break;
    case "find":
      context.focusFind();
      break;
    case "match":
      return goToMatch(context, command.by);
    case "zoom":
      zoom(context, command.factor);
      break;
    case "cursor":
      moveCursor(context, command);
      break;
    default:
      return false;
  }
  return true;
}

/** The stretch of timesteps that is matched begins, or ends, at the crosshair. */
function moveBrush(session: Session, edge: "start" | "end"): void {
  const { pin, brush, sample, step } = session.selection;
  if (pin === null || sample === null) return;
  session.look({ brush: brushTo(brush, sample, pin.timestep, edge), matchStep: step });
}

/** The crosshair's unit to the top, or back to where it belongs. */
function pinUnit(session: Session): void {
  const { pin, pinned, only } = session.selection;
  if (pin === null) return;
  const others = pinned.filter((unit) => unit !== pin.unit);
  const next = others.length < pinned.length ? others : [...pinned, pin.unit];
  session.look({ pinned: next, only: only && next.length > 0 });
}

export function goToMatch(context: KeyboardContext, by: 1 | -1): boolean {
  const { matches, at } = context.session.finder;
  if (matches === null || matches.length === 0) return false;
  showMatch(context, wrap(at, by, matches.length));
  return true;
}

/** The crosshair on a place that was found, whichever sample it is in. */
export function showMatch({ session, axis }: KeyboardContext, index: number): void {
  const match = session.finder.matches?.[index];
  if (match === undefined) return;
  session.finder.at = index;
  const { sample, start } = match;
  const { pin, window } = session.selection;
  const [shown, unit] = [axis(), pin?.unit ?? 0];
  const next = window && shown ? revealStretch(shown.window, match, shown.total) : window;
  void session.choose({ sample, pin: { timestep: start, unit }, window: next });
}

function zoom({ session, axis }: KeyboardContext, factor: number): void {
  const shown = axis();
  if (shown === null) return;
  const { window, total, minSpan } = shown;
  const pin = session.selection.pin?.timestep ?? -1;
  const middle = pin >= window.from && pin < window.to ? pin + 0.5 : (window.from + window.to) / 2;
  const next = zoomAround(window, middle, factor, total, minSpan);
  session.look({ window: next.to - next.from >= total ? null : next });
}

function moveCursor({ session, axis }: KeyboardContext, by: { timesteps: number; units: number }): void {
  const shown = axis();
  if (shown === null) return;
  const { window, total, rows } = shown;
  const middle = Math.min(total - 1, Math.floor((window.from + window.to) / 2));
  const cell = moveCell(session.selection.pin, by, { timesteps: total, rows, middle });
  const shifted = reveal(window, cell.timestep, total);
  session.look({ pin: cell, ...(shifted === window ? {} : { window: shifted }) });
}
