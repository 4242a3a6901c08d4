/** A number as a bar about zero, as small as a word. */
import { html, svg } from "lit";
import { signedBar } from "./signed.ts";

export const BAR_WIDTH = 48;
const HEIGHT = 12;

/** `most` is the size at which the bars of one table end. */
export function renderSignedBar(value: number | null, most: number) {
  const { x, width } = signedBar(value, most, BAR_WIDTH);
  return html`<svg class="bar" width=${BAR_WIDTH} height=${HEIGHT} aria-hidden="true">
    ${svg`<rect x=${x.toFixed(2)} y="2" width=${width.toFixed(2)} height=${HEIGHT - 4} /><path class="zero" d="M${BAR_WIDTH / 2} 0V${HEIGHT}" />`}
  </svg>`;
}
