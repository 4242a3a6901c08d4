/** A curve over training as small as a word. */
import { html } from "lit";
import { trainingPath } from "../../maths/training.ts";
import { SPARK_HEIGHT, SPARK_WIDTH } from "./panel_styles.ts";

export function renderSpark(
  steps: readonly number[],
  values: readonly (number | null)[],
  domain: readonly [number, number] | null,
  label: string,
) {
  const box = { width: SPARK_WIDTH, top: 2, bottom: SPARK_HEIGHT - 2, ...(domain ? { domain } : {}) };
  return html`<svg class="spark ${label}" width=${SPARK_WIDTH} height=${SPARK_HEIGHT} role="img" aria-label=${label}>
    <path d=${trainingPath(steps, values, box)} />
  </svg>`;
}
