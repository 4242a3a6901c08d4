/** The mouse on the timeline: crosshair, click, drag and wheel. */
import { timeOfX } from "../../maths/hit.ts";
import { LABEL_WIDTH, SIDE } from "../../maths/layout.ts";
import { PANE_GAP, type Place, placeAt, type Stage } from "../../maths/stage.ts";
import { pan, type TimeWindow } from "../../maths/window.ts";
import { followDrag, wheelWindow } from "./gestures.ts";

/** What the mouse may ask for. */
export interface Wishes {
  readonly hover: (place: Place | null) => void;
  readonly click: (place: Place) => void;
  readonly zoom: (window: TimeWindow | null) => void;
}

export interface Ground {
  readonly scroller: HTMLElement;
  readonly stage: Stage;
  readonly minSpan: number;
}

export class Pointer {
  private readonly ground: () => Ground;
  private readonly wishes: Wishes;

  constructor(ground: () => Ground, wishes: Wishes) {
    this.ground = ground;
    this.wishes = wishes;
  }

  readonly onMove = (event: PointerEvent): void => {
    if (event.buttons === 0) this.wishes.hover(this.placeOf(event));
  };

  readonly onLeave = (): void => this.wishes.hover(null);

  readonly onDown = (event: PointerEvent): void => {
    const place = this.placeOf(event);
    if (event.button !== 0 || place === null) return;
    const { scroller, stage } = this.ground();
    const start = stage.window;
    const perPixel = (start.to - start.from) / stage.width;
    followDrag(
      scroller,
      event,
      (dx) => {
        this.wishes.hover(null);
        this.wishes.zoom(pan(start, -dx * perPixel, stage.total));
      },
      (clicked) => {
        if (clicked) this.wishes.click(place);
      },
    );
  };

  /** The bar that shows which part of the sequence is in view. */
  readonly onThumbDown = (event: PointerEvent): void => {
    event.stopPropagation();
    const { stage } = this.ground();
    const start = stage.window;
    const perPixel = stage.total / stage.width;
    followDrag(
      event.currentTarget as HTMLElement,
      event,
      (dx) => this.wishes.zoom(pan(start, dx * perPixel, stage.total)),
      () => undefined,
    );
  };

  readonly onDoubleClick = (event: MouseEvent): void => {
    if (this.placeOf(event) !== null) this.wishes.zoom(null);
  };

  readonly onWheel = (event: WheelEvent): void => {
    const { scroller, stage, minSpan } = this.ground();
    const x = this.pointOf(event)[0] % (stage.width + PANE_GAP);
    if (x < 0 || x > stage.width || this.placeOf(event) === null) return;
    const scrolls = scroller.scrollHeight > scroller.clientHeight;
    const timestep = timeOfX(x, stage.window, stage.width);
    const next = wheelWindow(event, timestep, { ...stage, minSpan, scrolls });
    if (next === null) return;
    event.preventDefault();
    this.wishes.zoom(next);
    // The window that is drawn next, so that the number is of what then lies under the mouse.
    this.wishes.hover(placeAt({ ...stage, window: next }, ...this.pointOf(event)));
  };

  /** What lies under the pointer, found by arithmetic: no element is asked. */
  private placeOf(event: MouseEvent): Place | null {
    return placeAt(this.ground().stage, ...this.pointOf(event));
  }

  private pointOf(event: MouseEvent): [number, number] {
    const box = this.ground().scroller.getBoundingClientRect();
    return [event.clientX - box.left - SIDE - LABEL_WIDTH, event.clientY - box.top];
  }
}
