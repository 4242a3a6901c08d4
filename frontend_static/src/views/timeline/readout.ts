/** The line above the timeline: the layer, and the place of the crosshair. */
import { html, nothing } from "lit";
import { isPadding } from "../../api/trace.ts";
import type { LayerInfo } from "../../api/types.ts";
import { plural, visibleToken } from "../../maths/format.ts";
import { hasPadding } from "../../maths/mask.ts";
import { tokensOf, type View } from "../../state/view.ts";
import { MONO } from "../theme.ts";
import type { Cursor } from "./cursor.ts";

/** "100 timesteps", "5 queries", "7 positions, not known to be time". */
function places({ timesteps, position, over_time }: LayerInfo): string {
  return plural(timesteps, position) + (over_time || position !== "position" ? "" : ", not known to be time");
}

function renderToken(token: string) {
  const text = visibleToken(token);
  return html`<b class="token" style="font: 700 12px/18px ${MONO}; color: var(--accent); white-space: pre">“${text}”</b>`;
}

function renderPlace({ a }: View, cursor: Cursor) {
  const { timestep, unit } = cursor;
  const token = tokensOf(a)?.[timestep];
  return html`<span>${a.layer.position} ${timestep}</span>
    ${unit === null ? nothing : html`<span>unit ${unit}</span>`}
    ${isPadding(a.trace, timestep) ? html`<span>padding</span>` : nothing}
    ${!token ? nothing : renderToken(token)}`;
}

/** What the hatching below stands for; an image, so that an exported picture has it, too. */
function renderLegend({ a, b }: View) {
  if (!hasPadding(a.trace.mask) && !hasPadding(b?.trace.mask ?? null)) return nothing;
  return html`<span class="hatching" style="display: flex; gap: 6px; align-items: center; color: var(--soft)">
    <svg width="18" height="11" aria-hidden="true" style="stroke: var(--faint)">
      <path d="M0 5L5 0M0 11L11 0M6 11L17 0M12 11L18 5" stroke-width="0.8" opacity="0.7" />
    </svg>
    padding
  </span>`;
}

export function renderReadout(view: View, cursor: Cursor | null, height: number) {
  const { cell, units } = view.a.layer;
  return html`<div
    class="line readout"
    style="height: ${height}px; align-items: center; line-height: 18px; white-space: nowrap"
  >
    <span style="color: var(--soft)">${cell}, ${plural(units, "unit")}</span>
    <div style="display: flex; gap: 20px">
      ${
        cursor === null
          ? html`<span style="color: var(--soft)">${places(view.a.layer)}</span>`
          : renderPlace(view, cursor)
      }
      ${renderLegend(view)}
    </div>
  </div>`;
}
