/** A chart's surface, told where along its axis the mouse is, and where it was clicked. */
import { html } from "lit";

export interface Surface {
  readonly width: number;
  readonly height: number;
  readonly label: string;
  /** What stands at so many pixels from the left: a step, a rank, a timestep. */
  readonly at: (x: number) => number | null;
  readonly hover: (at: number | null) => void;
  readonly pick?: (at: number) => void;
}

export function renderSurface({ width, height, label, at, hover, pick }: Surface, content: unknown) {
  const under = (event: PointerEvent) =>
    at(event.clientX - (event.currentTarget as Element).getBoundingClientRect().left);
  return html`<svg
    width=${width}
    height=${height}
    role="img"
    aria-label=${label}
    @pointermove=${(event: PointerEvent) => hover(under(event))}
    @pointerleave=${() => hover(null)}
    @click=${(event: PointerEvent) => {
      const place = under(event);
      if (place !== null) pick?.(place);
    }}
  >
    ${content}
  </svg>`;
}
