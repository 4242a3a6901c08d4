/** The look: one type scale, one accent colour, data in colour and everything else grey. */
import { css } from "lit";

export const PALETTE = {
  light: {
    ink: "#17191c",
    soft: "#5f6670",
    faint: "#9aa1ab",
    rule: "#e6e8ec",
    page: "#ffffff",
    accent: "#1a6fe0",
  },
  dark: {
    ink: "#eceef1",
    soft: "#a3abb6",
    faint: "#6d7580",
    rule: "#2a2e35",
    page: "#14161a",
    accent: "#6aa9ff",
  },
} as const;

const tokens = (theme: keyof typeof PALETTE) =>
  Object.entries(PALETTE[theme])
    .map(([name, colour]) => `--${name}: ${colour};`)
    .join(" ");

/** Goes into the document: custom properties reach through shadow roots. */
export const documentStyle = `
  :root { color-scheme: light; ${tokens("light")} --raised: #f4f6f8; --warn: #b35309; --brush: ${PALETTE.light.accent}33; }
  :root[data-theme="dark"] { color-scheme: dark; ${tokens("dark")} --raised: #1d2025; --warn: #f0a35c; --brush: ${PALETTE.dark.accent}44; }
  html, body { height: 100%; margin: 0; background: var(--page); }
`;

export const SANS =
  "Inter, system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif";
export const MONO =
  "ui-monospace, 'SF Mono', SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', 'Liberation Mono', monospace";

/** Shared by every component. */
export const base = css`
  :host {
    box-sizing: border-box;
    color: var(--ink);
    font: 400 13px/18px Inter, system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
    font-variant-numeric: tabular-nums;
  }
  * {
    box-sizing: border-box;
  }
  [hidden] {
    display: none !important;
  }
  button,
  select {
    font: inherit;
    color: inherit;
  }
  :focus-visible {
    outline: 2px solid var(--accent);
    outline-offset: 2px;
  }
  .quiet {
    border: 0;
    border-radius: 6px;
    background: transparent;
    color: var(--soft);
    cursor: pointer;
  }
  .quiet:hover {
    color: var(--ink);
    background: var(--raised);
  }
  @media (prefers-reduced-motion: reduce) {
    * {
      animation: none !important;
      transition: none !important;
    }
  }
`;
