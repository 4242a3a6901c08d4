/** The keyboard: which key gives which command. */
import { panelOfKey } from "../panels/registry.ts";
import type { Panel } from "./selection.ts";

export type Command =
  | { readonly do: "step"; readonly by: number }
  | { readonly do: "cursor"; readonly timesteps: number; readonly units: number }
  | { readonly do: "zoom"; readonly factor: number }
  | { readonly do: "play" }
  | { readonly do: "let-go" }
  | { readonly do: "reset" }
  | { readonly do: "other-step"; readonly by: number }
  | { readonly do: "match"; readonly by: 1 | -1 }
  | { readonly do: "panel"; readonly panel: Panel }
  | { readonly do: "brush"; readonly edge: "start" | "end" }
  | { readonly do: Plain };

/** Commands without parameters. */
export type Plain = "help" | "compare" | "swap" | "overview" | "follow" | "pin-unit" | "only" | "find";

type Key = Pick<KeyboardEvent, "key" | "altKey" | "ctrlKey" | "metaKey" | "shiftKey">;

const FAR = Number.MAX_SAFE_INTEGER;
const ZOOM = 0.7;

function altCommand(key: string): Command | null {
  if (key === "ArrowLeft") return { do: "cursor", timesteps: -1, units: 0 };
  if (key === "ArrowRight") return { do: "cursor", timesteps: 1, units: 0 };
  if (key === "ArrowUp") return { do: "cursor", timesteps: 0, units: -1 };
  if (key === "ArrowDown") return { do: "cursor", timesteps: 0, units: 1 };
  return null;
}

const PLAIN: Readonly<Record<string, Plain>> = {
  "?": "help",
  c: "compare",
  x: "swap",
  v: "overview",
  l: "follow",
  p: "pin-unit",
  h: "only",
  "/": "find",
};

export function commandOf({ key, altKey, ctrlKey, metaKey, shiftKey }: Key): Command | null {
  if (ctrlKey || metaKey) return null;
  if (altKey) return altCommand(key);
  const stride = shiftKey ? 10 : 1;
  switch (key) {
    case "ArrowLeft":
      return { do: "step", by: -stride };
    case "ArrowRight":
      return { do: "step", by: stride };
    case "Home":
      return { do: "step", by: -FAR };
    case "End":
      return { do: "step", by: FAR };
    case "[":
      return { do: "cursor", timesteps: -1, units: 0 };
    case "]":
      return { do: "cursor", timesteps: 1, units: 0 };
    case "{":
      return { do: "cursor", timesteps: -10, units: 0 };
    case "}":
      return { do: "cursor", timesteps: 10, units: 0 };
    case "+":
    case "=":
      return { do: "zoom", factor: ZOOM };
    case "-":
    case "−":
      return { do: "zoom", factor: 1 / ZOOM };
    case "0":
      return { do: "reset" };
    case " ":
      return { do: "play" };
    case "Escape":
      return { do: "let-go" };
    case ",":
      return { do: "other-step", by: -1 };
    case ".":
      return { do: "other-step", by: 1 };
    case "(":
      return { do: "brush", edge: "start" };
    case ")":
      return { do: "brush", edge: "end" };
    case "n":
      return { do: "match", by: 1 };
    case "N":
      return { do: "match", by: -1 };
    default: {
      const panel = panelOfKey(key);
      if (panel !== undefined) return { do: "panel", panel };
      const plain = Object.hasOwn(PLAIN, key) ? PLAIN[key] : undefined;
      return plain === undefined ? null : { do: plain };
    }
  }
}

/** Whether the focused control uses a key itself. */
export function controlTakes(tag: string, key: string): boolean {
  if (tag === "SELECT" || tag === "INPUT" || tag === "TEXTAREA") return true;
  return tag === "BUTTON" && (key === " " || key === "Enter");
}
