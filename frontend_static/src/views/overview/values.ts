/** The numbers at the cursor, beside the plot that they are read from. */
import { html, nothing } from "lit";
import { statisticAt } from "../../maths/bands.ts";
import { NOT_FINITE_COLOUR, type Theme } from "../../maths/colours.ts";
import { formatShare, formatValue } from "../../maths/format.ts";
import { entryColour } from "./colours.ts";
import type { Shown } from "./entries.ts";

export interface Reading {
  readonly signal: string;
  readonly timestep: number;
  readonly theme: Theme;
}

function renderData(one: Shown, { signal, timestep }: Reading, statistic: string) {
  const value = statisticAt(one.summary, one.row, timestep, statistic);
  const share = statistic.startsWith("saturated") || statistic === "non_finite";
  return html`<data
    value=${String(value)}
    title=${String(value)}
    data-signal=${signal}
    data-entry=${one.entry}
    data-statistic=${statistic}
    data-timestep=${timestep}
    >${share ? formatShare(value) : formatValue(value)}</data
  >`;
}

/** Median, and 5 to 95 %, of each entry. */
export function renderQuantiles(shown: readonly Shown[], reading: Reading) {
  return shown.map((one) => renderReading(one.entry, reading.theme, renderEntry(one, reading)));
}

/** The shares near the ends of the range, of each entry. */
export function renderShares(shown: readonly Shown[], reading: Reading) {
  return shown.map((one) => {
    const [low, high] = ["saturated_low", "saturated_high"].map((name) => renderData(one, reading, name));
    return renderReading(one.entry, reading.theme, html`${low} low, ${high} high`);
  });
}

/** Beside the entry's colour. */
export function renderReading(entry: number, theme: Theme, content: unknown) {
  return html`<div class="reading">
    <i style="background: ${entryColour(entry, theme)}"></i>
    <div>${content}</div>
  </div>`;
}

function renderEntry(one: Shown, reading: Reading) {
  const { summary, row } = one;
  if (reading.timestep >= summary.timesteps) return "no such timestep";
  const lost = statisticAt(summary, row, reading.timestep, "non_finite");
  // No share: every sample is padded here.
  if (Number.isNaN(lost)) return "padding";
  const share = html`<i class="lost" title="Not a finite number" style="background: ${NOT_FINITE_COLOUR}"></i
    ><b>${renderData(one, reading, "non_finite")}</b>`;
  if (lost === 1) return html`${share} NaN`;
  return html`median <b>${renderData(one, reading, "median")}</b>${lost > 0 ? share : nothing}
    <span>${renderData(one, reading, "q05")} to ${renderData(one, reading, "q95")}</span>`;
}
