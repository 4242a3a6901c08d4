/** Brings one picture after the other to the screen: each whole, and never under another's name. */
import { ApiError, isAbort, sentenceOf } from "../api/client.ts";
import { sameSeries } from "../api/trace.ts";
import type { Frame, FrameKey, Frames } from "./frames.ts";
import type { View } from "./view.ts";

export interface ScreenEvents {
  readonly changed: () => void;
  /** The picture is there; it is painted next. */
  readonly shown: () => void;
  /** What was asked for is not there (any more). */
  readonly gone: (key: FrameKey) => void;
}

export class Screen {
  /** What is painted. */
  view: View | null = null;
  /** Why there is no picture of what was asked for. */
  fault: string | null = null;
  loading = true;
  private readonly frames: Frames;
  private readonly viewOf: (frame: Frame) => View;
  private readonly events: ScreenEvents;
  /** Counts calls of `show`; an answer to an earlier one is stale. */
  private turn = 0;

  constructor(frames: Frames, viewOf: (frame: Frame) => View, events: ScreenEvents) {
    this.frames = frames;
    this.viewOf = viewOf;
    this.events = events;
  }

  /** Shows what `key` says, at once if it is here; fetches `ahead` once it is painted. */
  async show(key: FrameKey, ahead: readonly FrameKey[]): Promise<void> {
    const turn = ++this.turn;
    this.fault = null;
    this.frames.abortAllBut([key, ...ahead]);
    const cached = this.frames.cached(key);
    if (cached !== undefined) {
      this.paint(cached, ahead);
      return;
    }
    if (this.view !== null && !sameSeries(this.view.a.trace.key, key.a)) this.view = null;
    this.loading = true;
    this.events.changed();
    try {
      const frame = await this.frames.load(key);
      if (turn === this.turn) this.paint(frame, ahead);
    } catch (error) {
      if (turn !== this.turn || isAbort(error)) return;
      this.fail(sentenceOf(error));
      if (error instanceof ApiError && error.status === 404) this.events.gone(key);
    }
  }

  /** Shows nothing, and awaits nothing. */
  leave(keepsView: boolean): void {
    this.turn++;
    this.fault = null;
    if (!keepsView) this.view = null;
    this.loading = false;
    this.events.changed();
  }

  /** Takes everything off the screen until something else is shown. */
  clear(): void {
    this.turn++;
    this.view = null;
    this.fault = null;
    this.loading = true;
    this.events.changed();
  }

  private paint(frame: Frame, ahead: readonly FrameKey[]): void {
    this.view = this.viewOf(frame);
    this.loading = false;
    this.events.shown();
    this.events.changed();
    for (const key of ahead) this.frames.prefetch(key);
  }

  private fail(sentence: string): void {
    this.view = null;
    this.loading = false;
    this.fault = sentence;
    this.events.changed();
  }
}
