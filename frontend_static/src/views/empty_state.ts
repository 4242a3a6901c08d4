/** No run holds data yet: the lines that make one. */
import { css, html, LitElement } from "lit";
import { copyText } from "./export/clipboard.ts";
import { base, MONO } from "./theme.ts";

const COPY = "Copy";
const LINES = `from tb_rnn_plugin import RNNTimeline

model.fit(x, y, epochs=20, callbacks=[RNNTimeline("logs/run-1", probe=x_val[:8])])`;

export class EmptyState extends LitElement {
  static override properties = { button: { state: true } };

  static override styles = [
    base,
    css`
      :host {
        display: block;
        max-width: 820px;
        margin: 12vh auto 0;
        padding: 0 20px;
      }
      h2 {
        margin: 0 0 4px;
        font-weight: 600;
        font-size: 15px;
        line-height: 20px;
      }
      p {
        margin: 0;
        color: var(--soft);
      }
      .code {
        position: relative;
        margin: 20px 0;
        border-radius: 10px;
        background: var(--raised);
      }
      pre {
        margin: 0;
        overflow-x: auto;
        padding: 18px 20px;
        line-height: 20px;
        tab-size: 4;
      }
      .code button {
        position: absolute;
        top: 8px;
        right: 8px;
        padding: 5px 12px;
        background: var(--raised);
      }
      .code button:hover {
        background: var(--rule);
      }
    `,
  ];

  /** The text of the button: what it does, or what it has done. */
  declare private button: string;

  constructor() {
    super();
    this.button = COPY;
  }

  override render() {
    return html`
      <h2>No recurrent network has been captured here yet</h2>
      <p>Add one callback to your training; every epoch then shows up in this tab.</p>
      <div class="code">
        <pre style="font: 12px/20px ${MONO}"><code>${LINES}</code></pre>
        <button class="quiet" @click=${this.copy}>${this.button}</button>
      </div>
      <p>
        <code style="font: 12px/18px ${MONO}">probe</code> is a small fixed batch that the callback runs at the end of
        each epoch. Point TensorBoard at the folder above <code style="font: 12px/18px ${MONO}">run-1</code>.
      </p>
    `;
  }

  private async copy(): Promise<void> {
    try {
      await copyText(LINES);
      this.button = "Copied";
    } catch {
      this.button = "Select it and copy";
    }
    setTimeout(() => {
      this.button = COPY;
    }, 2000);
  }
}

customElements.define("rnn-empty-state", EmptyState);
