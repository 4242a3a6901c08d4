/** When the log is read again: at once, once the tab is visible, or after a while. */

/** How often to look for a run that is not there yet: TensorBoard reads its folders every few seconds. */
const WAIT_MS = 3000;

export class Reloads {
  private readonly reload: () => void;
  private visible = true;
  private missed = false;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(reload: () => void) {
    this.reload = reload;
  }

  /** Reads the log now; while the tab is hidden, as soon as it is visible. */
  request(): void {
    clearTimeout(this.timer);
    this.missed = !this.visible;
    if (this.visible) this.reload();
  }

  /** Reads the log after a while, unless that is requested earlier. */
  requestLater(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.request(), WAIT_MS);
  }

  /** Cancels what `requestLater` has requested. */
  cancel(): void {
    clearTimeout(this.timer);
  }

  setVisible(visible: boolean): void {
    this.visible = visible;
    if (visible && this.missed) this.request();
  }
}
