/** What the colours, bands and lines of the overview mean. */
import { html, nothing, svg } from "lit";
import type { SignalInfo, StepUnit } from "../../api/types.ts";
import type { Theme } from "../../maths/colours.ts";
import { formatCount, unitPlural } from "../../maths/format.ts";
import type { OverviewEntry } from "../../state/overviews.ts";
import { OVERLAYS } from "../../state/selection.ts";
import { entryColour, INNER, OUTER, overlayColour, veiled } from "./colours.ts";
import { standIns } from "./entries.ts";

export interface LegendInput {
  readonly entries: readonly OverviewEntry[];
  /** Steps drawn as thin medians. */
  readonly overlaid: readonly number[];
  readonly unit: StepUnit;
  readonly theme: Theme;
  /** All that are drawn; those with thresholds also as shares of saturated values. */
  readonly signals: readonly SignalInfo[];
  /** What the statistics are over: "all 6 samples". */
  readonly over: string;
  /** The most timesteps that one pixel holds. */
  readonly perPixel: number;
  readonly overlay: number;
  readonly onOverlay: (count: number) => void;
  /** The room for the lines, in CSS pixels. */
  readonly width: number;
}

export function renderLegend(input: LegendInput) {
  return html`<div class="keys" style="width: ${input.width}px">
    ${renderEntries(input)} ${renderPicker(input)} ${renderMeaning(input)} ${renderOverlaid(input)}
  </div>`;
}

function renderPicker({ overlay, unit, onOverlay }: LegendInput) {
  return html`<label>
    other ${unitPlural(unit)}
    <select
      name="overlay"
      @change=${(event: Event) => onOverlay(Number((event.target as HTMLSelectElement).value))}
    >
      ${OVERLAYS.map(
        (count) =>
          html`<option value=${count} .selected=${count === overlay}>${count === 0 ? "none" : count}</option>`,
      )}
    </select>
  </label>`;
}

function renderSwatch(entry: number, theme: Theme) {
  const band = (opacity: number) => veiled(entryColour(entry, theme), opacity);
  return html`<svg width="16" height="14" aria-hidden="true">
    ${svg`<path fill=${band(OUTER)} d="M0 0h16v14H0z" /><path fill=${band(INNER)} d="M0 3.5h16v7H0z" />
      <path fill=${entryColour(entry, theme)} d="M0 6h16v2H0z" />`}
  </svg>`;
}

function renderLine(colour: string) {
  return html`<svg width="16" height="10" aria-hidden="true">
    ${svg`<path stroke=${colour} stroke-width="1.5" d="M0 5h16" />`}
  </svg>`;
}

function renderPatch(colours: readonly string[]) {
  return html`<svg width="16" height="10" aria-hidden="true">
    ${colours.map((colour) => svg`<path fill=${colour} d="M0 0h16v10H0z" />`)}
  </svg>`;
}

function renderEntries({ entries, unit, theme, signals }: LegendInput) {
  return html`<div class="row entries">
    ${entries.map(
      (entry, i) => html`<div class="entry">
        <span class="key">${renderSwatch(i, theme)}<span>${entry.label}</span></span>
        ${standIns(entry, unit, signals).map((note) => html`<span class="note" role="status">${note}</span>`)}
      </div>`,
    )}
  </div>`;
}

function renderMeaning({ theme, signals, over, perPixel }: LegendInput) {
  const accent = entryColour(0, theme);
  const shares = signals.some(({ saturation }) => saturation !== null);
  const [outer, inner] = [veiled(accent, OUTER), veiled(accent, INNER)];
  return html`<div class="row">
    <span class="key">${renderPatch([outer])}5 to 95 %</span>
    <span class="key">${renderPatch([outer, inner])}25 to 75 %</span>
    <span class="key">${renderLine(accent)}median, over ${over} and all units</span>
    ${shares ? html`<span>strips: share saturated, low from below, high from above</span>` : nothing}
    ${perPixel > 1 ? html`<span>a pixel shows the extremes of ${perPixel} timesteps</span>` : nothing}
  </div>`;
}

function renderOverlaid({ entries, overlaid, unit, theme }: LegendInput) {
  if (overlaid.length === 0) return nothing;
  return html`<div class="row steps">
    <span>${entries.length > 1 ? `${entries[0]?.run}: ` : ""}median at ${unit}</span>
    ${overlaid.map((step, i) => {
      const colour = overlayColour(i, overlaid.length, theme);
      return html`<span class="key" data-overlaid=${step}>${renderLine(colour)}${formatCount(step)}</span>`;
    })}
  </div>`;
}
