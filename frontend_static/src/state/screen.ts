/** Brings one picture after the other to the screen: each whole, and never under another's name. */
import { ApiError, isAbort, sentenceOf } from "../api/client.ts";
import { sameSeries } from "../api/trace.ts";
import type { Frames } from "./frames.ts";
import { frameKeyOf, type Picture, samePicture, viewOf } from "./picture.ts";
import type { View } from "./view.ts";

export interface ScreenEvents {
  readonly changed: () => void;
  /** A picture that was on its way is there; it is painted next. */
  readonly shown: () => void;
  /** The server has no trace for the picture (any more). */
  readonly gone: (picture: Picture) => void;
}

export class Screen {
  /** What is painted. */
  view: View | null = null;
  /** Why there is no picture of what is selected. */
  fault: string | null = null;
  loading = true;
  private readonly frames: Pick<Frames, "cached" | "load" | "prefetch" | "abortAllBut">;
  private readonly events: ScreenEvents;
  /** An answer for any other picture is stale. */
  private wanted: Picture | null = null;
  private arrival: Promise<void> = Promise.resolve();

  constructor(frames: Pick<Frames, "cached" | "load" | "prefetch" | "abortAllBut">, events: ScreenEvents) {
    this.frames = frames;
    this.events = events;
  }

  /** Whether this picture was wanted last: it is shown, on its way, or has failed. */
  wants(picture: Picture): boolean {
    return samePicture(picture, this.wanted);
  }

  /**
   * Shows a picture, at once if its data is here, and then fetches the ones `ahead`. Does nothing if that picture
   * was wanted last. Resolves when it is shown, has failed, or is no longer wanted.
   */
  want(picture: Picture, ahead: readonly Picture[]): Promise<void> {
    if (!this.wants(picture)) {
      this.wanted = picture;
      this.arrival = this.show(picture, ahead);
    }
    return this.arrival;
  }

  /** Has the next `want` fetch a picture that failed, even if it is the same. */
  retry(): void {
    if (this.fault !== null) this.wanted = null;
  }

  /** Has the next `want` fetch its picture in any case: the files behind the last one may have changed. */
  forget(): void {
    this.wanted = null;
  }

  /** Shows nothing new, and waits for nothing. */
  leave({ keepsView }: { readonly keepsView: boolean }): void {
    this.wanted = null;
    this.fault = null;
    if (!keepsView) this.view = null;
    this.loading = false;
    this.events.changed();
  }

  /** Takes everything off the screen until the next picture is shown. */
  clear(): void {
    this.wanted = null;
    this.view = null;
    this.fault = null;
    this.loading = true;
    this.events.changed();
  }

  private async show(picture: Picture, ahead: readonly Picture[]): Promise<void> {
    const key = frameKeyOf(picture);
    this.fault = null;
    this.frames.abortAllBut([picture, ...ahead].map(frameKeyOf));
    const cached = this.frames.cached(key);
    if (cached !== undefined) {
      this.view = viewOf(picture, cached);
      this.arrive(ahead);
      return;
    }
    if (this.view !== null && !sameSeries(this.view.a.trace.key, key.a)) this.view = null;
    this.loading = true;
    this.events.changed();
    try {
      const frame = await this.frames.load(key);
      if (picture !== this.wanted) return;
      this.view = viewOf(picture, frame);
      this.arrive(ahead);
    } catch (error) {
      if (picture === this.wanted && !isAbort(error)) this.fail(error, picture);
    }
  }

  private arrive(ahead: readonly Picture[]): void {
    this.loading = false;
    this.events.shown();
    this.events.changed();
    for (const picture of ahead) this.frames.prefetch(frameKeyOf(picture));
  }

  private fail(error: unknown, picture: Picture): void {
    this.view = null;
    this.loading = false;
    this.fault = sentenceOf(error);
    this.events.changed();
    if (error instanceof ApiError && error.status === 404) this.events.gone(picture);
  }
}
