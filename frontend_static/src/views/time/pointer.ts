/** The mouse on a time axis: crosshair, click, drag and wheel. */
import { timeOfX } from "../../maths/hit.ts";
import { LABEL_WIDTH, SIDE } from "../../maths/layout.ts";
import { PANE_GAP } from "../../maths/stage.ts";
import { isFull, pan, type TimeWindow } from "../../maths/window.ts";
import { followDrag, wheelWindow } from "./gestures.ts";

/** What is called for the gestures of the mouse. */
export interface PointerHandlers<P> {
  readonly hover: (place: P | null) => void;
  readonly click?: (place: P) => void;
  /** From one timestep to another, both included, in the order of the drag. */
  readonly brush?: (from: number, to: number) => void;
  /** Null is all of time. */
  readonly zoom: (window: TimeWindow | null) => void;
}

/** The plots that the pointer moves over; a `P` is a place on them. */
export interface PlotArea<P> {
  readonly scroller: HTMLElement;
  readonly window: TimeWindow;
  /** Of one pane's plot, in CSS pixels. */
  readonly width: number;
  readonly total: number;
  readonly minSpan: number;
  /** The place under a point while `window` is drawn: `x` from the first plot's left, `y` from the top. */
  readonly placeAt: (window: TimeWindow, x: number, y: number) => P | null;
}

export class TimePointer<P> {
  private readonly area: () => PlotArea<P>;
  private readonly handlers: PointerHandlers<P>;

  constructor(area: () => PlotArea<P>, handlers: PointerHandlers<P>) {
    this.area = area;
    this.handlers = handlers;
  }

  readonly onMove = (event: PointerEvent): void => {
    if (event.buttons === 0) this.handlers.hover(this.placeOf(event));
  };

  readonly onLeave = (): void => this.handlers.hover(null);

  readonly onDown = (event: PointerEvent): void => {
    const place = this.placeOf(event);
    if (event.button !== 0 || place === null) return;
    const move = event.shiftKey && this.handlers.brush ? this.brushing(event) : this.panning();
    followDrag(this.area().scroller, event, move, (clicked) => {
      if (clicked) this.handlers.click?.(place);
    });
  };

  /** The bar that shows which part of the sequence is in view. */
  readonly onThumbDown = (event: PointerEvent): void => {
    event.stopPropagation();
    const { window, width, total } = this.area();
    const perPixel = total / width;
    followDrag(
      event.currentTarget as HTMLElement,
      event,
      (dx) => this.zoom(pan(window, dx * perPixel, total)),
      () => undefined,
    );
  };

  readonly onDoubleClick = (event: MouseEvent): void => {
    if (this.placeOf(event) !== null) this.handlers.zoom(null);
  };

  readonly onWheel = (event: WheelEvent): void => {
    const area = this.area();
    const { scroller, window, width, placeAt } = area;
    const [left, top] = this.pointOf(event);
    const x = left % (width + PANE_GAP);
    if (x < 0 || x > width || placeAt(window, left, top) === null) return;
    const scrolls = scroller.scrollHeight > scroller.clientHeight;
    const next = wheelWindow(event, timeOfX(x, window, width), { ...area, scrolls });
    if (next === null) return;
    event.preventDefault();
    this.zoom(next);
    // The window that is drawn next, so that the number is of what then lies under the mouse.
    this.handlers.hover(placeAt(next, left, top));
  };

  private panning(): (dx: number) => void {
    const { window, width, total } = this.area();
    const perPixel = (window.to - window.from) / width;
    return (dx) => {
      this.handlers.hover(null);
      this.zoom(pan(window, -dx * perPixel, total));
    };
  }

  /** Beyond the plot, the timestep at its edge counts. */
  private brushing(down: PointerEvent): (dx: number) => void {
    const { window, width, total, placeAt } = this.area();
    const [left, top] = this.pointOf(down);
    const pane = left - (left % (width + PANE_GAP));
    const last = Math.min(total, Math.ceil(window.to)) - 1;
    const timestepOf = (x: number) =>
      Math.max(Math.floor(window.from), Math.min(last, Math.floor(timeOfX(x - pane, window, width))));
    const from = timestepOf(left);
    return (dx) => {
      this.handlers.brush?.(from, timestepOf(left + dx));
      this.handlers.hover(placeAt(window, left + dx, top));
    };
  }

  private zoom(window: TimeWindow): void {
    this.handlers.zoom(isFull(window, this.area().total) ? null : window);
  }

  private placeOf(event: MouseEvent): P | null {
    const { placeAt, window } = this.area();
    return placeAt(window, ...this.pointOf(event));
  }

  private pointOf(event: MouseEvent): [number, number] {
    const box = this.area().scroller.getBoundingClientRect();
    return [event.clientX - box.left - SIDE - LABEL_WIDTH, event.clientY - box.top];
  }
}
