/** How the tab is laid out: bars above, one view below. */
import { css } from "lit";

export const appStyles = css`
  :host {
    display: grid;
    grid-template-rows: auto auto auto auto minmax(0, 1fr);
    height: 100%;
    background: var(--page);
  }
  rnn-top-bar {
    border-bottom: 1px solid var(--rule);
  }
  rnn-scrubber {
    border-bottom: 1px solid var(--rule);
  }
  .tools {
    grid-row: 3;
    display: flex;
    gap: 8px 20px;
    align-items: center;
    padding: 6px 20px;
    border-bottom: 1px solid var(--rule);
    flex-wrap: wrap;
  }
  main {
    grid-row: 5;
    display: grid;
    grid-template-columns: minmax(0, 1fr) auto;
    position: relative;
    min-height: 0;
  }
  rnn-timeline,
  rnn-overview {
    height: 100%;
  }
  .notice {
    grid-row: 4;
    display: flex;
    gap: 12px;
    align-items: baseline;
    padding: 6px 20px;
    background: var(--raised);
    color: var(--soft);
  }
  .notice ul {
    flex: 1;
    margin: 0;
    padding: 0;
    list-style: none;
  }
  .notice li {
    overflow-wrap: anywhere;
  }
  .notice li .quiet {
    color: var(--accent);
  }
  .message {
    max-width: 640px;
    margin: 12vh auto 0;
    padding: 0 20px;
  }
  .message h2 {
    margin: 0 0 4px;
    font-weight: 600;
    font-size: 15px;
    line-height: 20px;
  }
  .message p {
    margin: 0;
    color: var(--soft);
    overflow-wrap: anywhere;
  }
  .loading {
    animation: appear 0s 250ms both;
  }
  @keyframes appear {
    from {
      visibility: hidden;
    }
  }
`;
