/** The line above the timeline: the layer, and the place of the crosshair. */
import { html, nothing } from "lit";
import { isPadding } from "../../api/trace.ts";
import { formatCount, visibleToken } from "../../maths/format.ts";
import { tokensOf, type View } from "../../state/view.ts";
import { MONO } from "../theme.ts";
import type { Cursor } from "./cursor.ts";

function plural(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? "" : "s"}`;
}

function renderToken(token: string) {
  const text = visibleToken(token);
  return html`<b class="token" style="font: 700 12px/18px ${MONO}; color: var(--accent); white-space: pre">“${text}”</b>`;
}

function renderPlace({ a }: View, cursor: Cursor) {
  const { timestep, unit } = cursor;
  const token = tokensOf(a)?.[timestep];
  return html`<span>timestep ${timestep}</span>
    ${unit === null ? nothing : html`<span>unit ${unit}</span>`}
    ${isPadding(a.trace, timestep) ? html`<span>padding</span>` : nothing}
    ${!token ? nothing : renderToken(token)}`;
}

export function renderReadout(view: View, cursor: Cursor | null, height: number) {
  const { cell, units, timesteps } = view.a.layer;
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
