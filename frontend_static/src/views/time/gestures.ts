/** Wheel and drag on a time axis: zoom around the pointer, pan, click. */
import { pan, type TimeWindow, zoomAround } from "../../maths/window.ts";

export interface Wheeled {
  readonly window: TimeWindow;
  readonly width: number;
  readonly total: number;
  readonly minSpan: number;
  /** Whether there are lanes to scroll to. */
  readonly scrolls: boolean;
}

const ZOOM_PER_PIXEL = 0.0022;
const LINE = 16;

function pixels(event: WheelEvent, delta: number): number {
  return event.deltaMode === WheelEvent.DOM_DELTA_LINE ? delta * LINE : delta;
}

/**
 * The window after a wheel event with the pointer over `timestep`, or null to let the page scroll.
 * Sideways (or with Shift) pans. Ctrl, Cmd and a pinch zoom; so does a plain wheel, unless it is needed
 * to scroll to lanes that do not fit.
 */
export function wheelWindow(event: WheelEvent, timestep: number, stage: Wheeled): TimeWindow | null {
  const { window, width, total, minSpan } = stage;
  const sideways = event.shiftKey ? event.deltaX || event.deltaY : event.deltaX;
  const zooming = event.ctrlKey || event.metaKey;
  if (!zooming && Math.abs(sideways) > Math.abs(event.shiftKey ? 0 : event.deltaY)) {
    return pan(window, (pixels(event, sideways) / width) * (window.to - window.from), total);
  }
  if (!zooming && stage.scrolls) return null;
  // A pinch sends small deltas; a notch of a wheel a hundred or so.
  const speed = event.ctrlKey && Math.abs(event.deltaY) < 40 ? 5 : 1;
  const factor = Math.exp(pixels(event, event.deltaY) * ZOOM_PER_PIXEL * speed);
  return zoomAround(window, timestep, factor, total, minSpan);
}

const CLICK_SLACK = 4;

/** Follows a press: `move` gets how far it has moved, in pixels; a press that does not move is a click. */
export function followDrag(
  target: HTMLElement,
  down: PointerEvent,
  move: (dx: number) => void,
  end: (clicked: boolean) => void,
): void {
  const abort = new AbortController();
  const { signal } = abort;
  let dragged = false;
  const finish = (clicked: boolean) => {
    abort.abort();
    end(clicked);
  };
  target.addEventListener(
    "pointermove",
    (event) => {
      // The button was released outside the target.
      if (event.buttons === 0) {
        finish(false);
        return;
      }
      const dx = event.clientX - down.clientX;
      if (!dragged && Math.abs(dx) < CLICK_SLACK) return;
      // Captured only now, so that a click still reaches what lies under it.
      if (!dragged) target.setPointerCapture(down.pointerId);
      dragged = true;
      move(dx);
    },
    { signal },
  );
  target.addEventListener("pointerup", () => finish(!dragged), { signal });
  target.addEventListener("pointercancel", () => finish(false), { signal });
}
