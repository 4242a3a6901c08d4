/** The mouse on the overview: crosshair, drag and wheel. */
import { timeOfX, timestepAt } from "../../maths/hit.ts";
import { LABEL_WIDTH, SIDE } from "../../maths/layout.ts";
import { pan, type TimeWindow } from "../../maths/window.ts";
import { followDrag, wheelWindow } from "../timeline/gestures.ts";

/** What the mouse may ask for. */
export interface Wishes {
  readonly point: (timestep: number | null) => void;
  readonly zoom: (window: TimeWindow | null) => void;
}

export interface Ground {
  readonly scroller: HTMLElement;
  readonly window: TimeWindow;
  readonly width: number;
  readonly total: number;
  readonly minSpan: number;
}

export class OverviewPointer {
  private readonly ground: () => Ground;
  private readonly wishes: Wishes;

  constructor(ground: () => Ground, wishes: Wishes) {
    this.ground = ground;
    this.wishes = wishes;
  }

  readonly onMove = (event: PointerEvent): void => {
    if (event.buttons === 0) this.wishes.point(this.timestepOf(event));
  };

  readonly onLeave = (): void => this.wishes.point(null);

  readonly onDown = (event: PointerEvent): void => {
    if (event.button !== 0 || this.timestepOf(event) === null) return;
    const { scroller, window, width, total } = this.ground();
    const perPixel = (window.to - window.from) / width;
    followDrag(
      scroller,
      event,
      (dx) => {
        this.wishes.point(null);
        this.wishes.zoom(pan(window, -dx * perPixel, total));
      },
      () => undefined,
    );
  };

  /** The bar that shows which part of the sequence is in view. */
  readonly onThumbDown = (event: PointerEvent): void => {
    event.stopPropagation();
    const { window, width, total } = this.ground();
    const perPixel = total / width;
    followDrag(
      event.currentTarget as HTMLElement,
      event,
      (dx) => this.wishes.zoom(pan(window, dx * perPixel, total)),
      () => undefined,
    );
  };

  readonly onDoubleClick = (event: MouseEvent): void => {
    if (this.timestepOf(event) !== null) this.wishes.zoom(null);
  };

  readonly onWheel = (event: WheelEvent): void => {
    const ground = this.ground();
    const { scroller, window, width, total } = ground;
    if (this.timestepOf(event) === null) return;
    const x = this.xOf(event);
    const scrolls = scroller.scrollHeight > scroller.clientHeight;
    const next = wheelWindow(event, timeOfX(x, window, width), { ...ground, scrolls });
    if (next === null) return;
    event.preventDefault();
    this.wishes.zoom(next);
    this.wishes.point(timestepAt(x, next, width, total));
  };

  /** Null off the plots' column and on the legend, which stands in it. */
  private timestepOf(event: MouseEvent): number | null {
    const { window, width, total } = this.ground();
    if (event.target instanceof Element && event.target.closest(".legend") !== null) return null;
    return timestepAt(this.xOf(event), window, width, total);
  }

  private xOf(event: MouseEvent): number {
    return event.clientX - this.ground().scroller.getBoundingClientRect().left - SIDE - LABEL_WIDTH;
  }
}
