/** The size of an element and the density of its screen, on which everything painted on it depends. */
import type { ReactiveController, ReactiveControllerHost } from "lit";
import { watchPixelRatio } from "../canvas.ts";

export class Box implements ReactiveController {
  /** CSS pixels; 0 x 0 until the element has been laid out. */
  width = 0;
  height = 0;
  /** Device pixels per CSS pixel. */
  ratio = window.devicePixelRatio;
  private readonly host: ReactiveControllerHost & Element;
  private cleanUp: (() => void)[] = [];

  constructor(host: ReactiveControllerHost & Element) {
    this.host = host;
    host.addController(this);
  }

  get isEmpty(): boolean {
    return this.width === 0;
  }

  hostConnected(): void {
    const observer = new ResizeObserver(([entry]) => {
      // TensorBoard hides a tab with `display: none`: then keep what is painted.
      if (entry && entry.contentRect.width > 0 && entry.contentRect.height > 0)
        this.resize(entry.contentRect);
    });
    observer.observe(this.host);
    const unwatch = watchPixelRatio(() => {
      this.ratio = window.devicePixelRatio;
      this.host.requestUpdate();
    });
    this.cleanUp = [() => observer.disconnect(), unwatch];
  }

  hostDisconnected(): void {
    for (const undo of this.cleanUp) undo();
  }

  private resize({ width, height }: DOMRectReadOnly): void {
    this.width = width;
    this.height = height;
    this.host.requestUpdate();
  }
}
