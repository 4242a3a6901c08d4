/** Plays through the steps: shows one, waits until it is on the screen, then for the rest of its time. */
export class Player {
  /** Steps per second. */
  rate = 8;
  private readonly advance: (begins: boolean) => Promise<boolean>;
  private readonly onEnd: () => void;
  private timer: ReturnType<typeof setTimeout> | undefined;
  /** The loop that plays; an earlier one sees that it is over. */
  private loop: object | null = null;

  /**
   * `advance` shows the next step and resolves to false if there is none; `begins` is true of the first after
   * `start`. `onEnd` is called when there is none, not after `stop`.
   */
  constructor(advance: (begins: boolean) => Promise<boolean>, onEnd: () => void) {
    this.advance = advance;
    this.onEnd = onEnd;
  }

  get playing(): boolean {
    return this.loop !== null;
  }

  start(): void {
    if (this.playing) return;
    this.loop = {};
    void this.play(this.loop, true);
  }

  stop(): void {
    this.loop = null;
    clearTimeout(this.timer);
  }

  private async play(loop: object, begins: boolean): Promise<void> {
    const began = performance.now();
    const more = await this.advance(begins);
    if (loop !== this.loop) return;
    if (!more) {
      this.stop();
      this.onEnd();
      return;
    }
    const rest = 1000 / this.rate - (performance.now() - began);
    this.timer = setTimeout(() => void this.play(loop, false), Math.max(0, rest));
  }
}
