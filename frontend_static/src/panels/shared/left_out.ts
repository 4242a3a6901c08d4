/** The note beside a history that lacks some steps. */
import { html, nothing } from "lit";
import type { StepUnit } from "../../api/types.ts";
import { leftOut } from "../../maths/format.ts";

/** Nothing where no step is `unreadable`. */
export function renderLeftOut(unit: StepUnit, unreadable: readonly number[]) {
  const sentence = leftOut(unit, unreadable);
  return sentence === "" ? nothing : html`<p class="hint" role="note">${sentence}</p>`;
}
