/** Numbers of an answer: rounded on the screen, with all digits in the tooltip. */
import { html, nothing } from "lit";
import { formatValue } from "../../maths/format.ts";

/** null stands for a number that is not finite, which JSON cannot write. */
export function renderNumber(value: number | null, kind: string | null = null, format = formatValue) {
  const exact = value === null ? "not finite" : String(value);
  return html`<data value=${exact} title=${exact} data-kind=${kind ?? nothing}>${value === null ? exact : format(value)}</data>`;
}
