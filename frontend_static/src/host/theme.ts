/** Light or dark, as TensorBoard's page is. It sends plugins no message about it, so its body is watched. */
import type { Theme } from "../maths/colours.ts";

function watchParent(body: HTMLElement, onChange: (theme: Theme) => void): void {
  const read = () => onChange(body.classList.contains("dark-mode") ? "dark" : "light");
  new MutationObserver(read).observe(body, { attributes: true, attributeFilter: ["class"] });
  read();
}

/** Calls `onChange` now and at each change. Without a parent of the same origin, the system's preference counts. */
export function watchTheme(onChange: (theme: Theme) => void): void {
  try {
    if (window.parent !== window) {
      watchParent(window.parent.document.body, onChange);
      return;
    }
  } catch {
    // A parent of another origin cannot be read.
  }
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const read = () => onChange(dark.matches ? "dark" : "light");
  dark.addEventListener("change", read);
  read();
}
