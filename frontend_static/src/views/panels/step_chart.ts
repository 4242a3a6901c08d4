/** A surface over training: what lies under the mouse is a captured step, and a click goes there. */
import { html } from "lit";
import { stepAt } from "../../maths/training.ts";

export interface StepChart {
  readonly width: number;
  readonly height: number;
  readonly label: string;
  /** The steps of the axis, ascending. */
  readonly steps: readonly number[];
  readonly hover: (step: number | null) => void;
  readonly goTo: (step: number) => void;
}

export function renderStepChart({ width, height, label, steps, hover, goTo }: StepChart, content: unknown) {
  const under = (event: PointerEvent) => {
    const left = (event.currentTarget as Element).getBoundingClientRect().left;
    return stepAt(event.clientX - left, steps, width);
  };
  return html`<svg
    width=${width}
    height=${height}
    role="img"
    aria-label=${label}
    @pointermove=${(event: PointerEvent) => hover(under(event))}
    @pointerleave=${() => hover(null)}
    @click=${(event: PointerEvent) => {
      const step = under(event);
      if (step !== null) goTo(step);
    }}
  >
    ${content}
  </svg>`;
}
