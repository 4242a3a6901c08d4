/** What each command of the keyboard does. */
import { cycleComparison, swap } from "../state/actions/comparison.ts";
import { togglePanel } from "../state/actions/panels.ts";
import { toggleOnly, togglePinned } from "../state/actions/rows.ts";
import { toggleOverview } from "../state/actions/runs.ts";
import { goToMatch } from "../state/actions/search.ts";
import { moveOtherStep, moveStep, toggleFollowing, togglePlaying } from "../state/actions/steps.ts";
import { letGo, moveBrush, moveCrosshair, showWindow, type TimeAxis, zoomBy } from "../state/actions/time.ts";
import type { Command } from "../state/keys.ts";
import type { Store } from "../state/store.ts";

/** What the page gives the keyboard to act on. */
export interface KeyboardContext {
  readonly store: Store;
  readonly axis: () => TimeAxis | null;
  readonly toggleHelp: () => void;
  readonly focusFind: () => void;
}

/** Returns whether the key is used up: false leaves it to the browser. */
export function runCommand(command: Command, context: KeyboardContext): boolean {
  const { store, axis } = context;
  if (command.do === "help") {
    context.toggleHelp();
    return true;
  }
  if (store.run === null) return false;
  switch (command.do) {
    case "let-go":
      letGo(store);
      // Escape also closes the help, which the browser does.
      return false;
    case "play":
      togglePlaying(store);
      break;
    case "reset":
      showWindow(store, null);
      break;
    case "step":
      moveStep(store, command.by);
      break;
    case "other-step":
      moveOtherStep(store, command.by);
      break;
    case "compare":
      cycleComparison(store);
      break;
    case "swap":
      swap(store);
      break;
    case "panel":
      togglePanel(store, command.panel);
      break;
    case "brush":
      moveBrush(store, command.edge);
      break;
    case "overview":
      toggleOverview(store);
      break;
    case "follow":
      toggleFollowing(store);
      break;
    case "only":
      toggleOnly(store);
      break;
    case "pin-unit":
      togglePinned(store);
      break;
    case "find":
      context.focusFind();
      break;
    case "match":
      return goToMatch(store, axis(), command.by);
    case "zoom":
      zoomBy(store, axis(), command.factor);
      break;
    case "cursor":
      moveCrosshair(store, axis(), command);
      break;
  }
  return true;
}
