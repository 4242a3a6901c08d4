/** Plays through the steps: one on, wait until it is on the screen, then for the rest of its time. */
export class Player {
  /** Steps per second. */
  rate = 8;
  private readonly advance: () => Promise<boolean>;
  private readonly onEnd: () => void;
  private timer: ReturnType<typeof setTimeout> | undefined;
  /** Odd while playing; a loop of an earlier turn sees that it is over. */
  private turn = 0;

  /** `advance` shows the next step; false says there is none. `onEnd` follows that, not `stop`. */
  constructor(advance: () => Promise<boolean>, onEnd: () => void) {
    this.advance = advance;
    this.onEnd = onEnd;
  }

  get playing(): boolean {
    return this.turn % 2 === 1;
  }

  start(): void {
    if (this.playing) return;
    this.turn++;
    void this.loop(this.turn);
  }

  stop(): void {
    if (!this.playing) return;
    this.turn++;
    clearTimeout(this.timer);
  }

  private async loop(turn: number): Promise<void> {
    const began = performance.now();
    const more = await this.advance();
    if (turn !== this.turn) return;
    if (!more) {
      this.stop();
      this.onEnd();
      return;
    }
    const rest = 1000 / this.rate - (performance.now() - began);
    this.timer = setTimeout(() => void this.loop(turn), Math.max(0, rest));
  }
}
