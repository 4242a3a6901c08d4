/** The module that TensorBoard's iframe imports; it calls `render()`. */
import "./views/app.ts";
import { documentStyle } from "./views/theme.ts";

export function render(): void {
  // The iframe's page has no language, title or style of its own.
  document.documentElement.lang = "en";
  document.title = "RNN Timeline";
  const style = document.createElement("style");
  style.textContent = documentStyle;
  document.head.append(style);
  document.body.append(document.createElement("rnn-timeline-app"));
}
