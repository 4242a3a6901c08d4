/** Numbers of an answer, with all their digits behind what is shown. */
import { html, nothing } from "lit";
import { formatValue } from "../../maths/format.ts";

/** JSON has no number that is not finite: null stands for it. */
export function renderNumber(value: number | null, kind: string | null = null, format = formatValue) {
  const exact = value === null ? "not finite" : String(value);
  return html`<data value=${exact} title=${exact} data-kind=${kind ?? nothing}>${value === null ? exact : format(value)}</data>`;
}
