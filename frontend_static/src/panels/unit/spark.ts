/** A curve over training as small as a word. */
import { html } from "lit";
import { linearAxis, stepAxis } from "../../charts/axes.ts";
import { MAIN } from "../../charts/chart.ts";
import { extentOf, type Heights, linePath } from "../../charts/curves.ts";
import { SPARK_WIDTH } from "../shared/styles.ts";

const HEIGHT = 20;

/** `domain` is of the heights; null: from their smallest to their largest. */
export function renderSpark(
  steps: readonly number[],
  heights: Heights,
  domain: readonly [number, number] | null,
  label: string,
) {
  const axis = linearAxis(domain ?? extentOf(heights) ?? [0, 1], [HEIGHT - 2, 2]);
  const curve = { ...MAIN, name: label, xs: steps, heights };
  return html`<svg class="spark ${label}" width=${SPARK_WIDTH} height=${HEIGHT} role="img" aria-label=${label}>
    <path d=${linePath(curve, { x: stepAxis(steps, SPARK_WIDTH).x, y: axis.scale }) ?? ""} />
  </svg>`;
}
