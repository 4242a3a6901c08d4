/** One quiet line above the timeline: what is shown, and what lies under the crosshair. */
import { html, nothing } from "lit";
import { isPadding } from "../api/trace.ts";
import { formatCount, formatValue, visibleToken } from "../maths/format.ts";
import { tokensOf, type View } from "../state/session.ts";
import type { Cursor } from "./cursor.ts";
import { MONO } from "./theme.ts";

export function annotationText(kind: "flag" | "number", value: number | null | undefined): string {
  if (value === null || value === undefined) return "–";
  if (kind === "flag") return value ? "yes" : "no";
  return Number.isInteger(value) && Math.abs(value) < 1e6
    ? String(value).replace("-", "−")
    : formatValue(value);
}

function plural(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? "" : "s"}`;
}

function renderToken(token: string) {
  const text = visibleToken(token);
  return html`<b class="token" style="font: 700 12px/18px ${MONO}; color: var(--accent); white-space: pre">“${text}”</b>`;
}

function renderPlace(view: View, cursor: Cursor) {
  const { timestep, unit } = cursor;
  const token = tokensOf(view)?.[timestep];
  return html`<span>timestep ${timestep}</span>
    ${unit === null ? nothing : html`<span>unit ${unit}</span>`}
    ${isPadding(view.trace, timestep) ? html`<span>padding</span>` : nothing}
    ${!token ? nothing : renderToken(token)}`;
}

export function renderReadout(view: View, cursor: Cursor | null, height: number) {
  const { cell, units, timesteps } = view.layer;
  return html`<div
    class="line readout"
    style="height: ${height}px; align-items: center; line-height: 18px; white-space: nowrap"
  >
    <span style="color: var(--soft)">${cell}, ${plural(units, "unit")}</span>
    <div style="display: flex; gap: 20px">
      ${
        cursor === null
          ? html`<span style="color: var(--soft)">${plural(timesteps, "timestep")}</span>`
          : renderPlace(view, cursor)
      }
    </div>
  </div>`;
}
