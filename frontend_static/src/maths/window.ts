/** The visible stretch of time, in timesteps: [from, to) within [0, total]. */

export interface TimeWindow {
  readonly from: number;
  readonly to: number;
}

export function fullWindow(total: number): TimeWindow {
  return { from: 0, to: total };
}

export function isFull(window: TimeWindow, total: number): boolean {
  return window.from <= 0 && window.to >= total;
}

/** The nearest legal window: no narrower than `minSpan`, nothing outside the trace. */
export function clampWindow(window: TimeWindow, total: number, minSpan: number): TimeWindow {
  const span = Math.min(total, Math.max(Math.min(minSpan, total), window.to - window.from));
  const middle = (window.from + window.to) / 2;
  const from = Math.max(0, Math.min(total - span, middle - span / 2));
  return { from, to: from + span };
}

/** What is drawn of a selected window, which may come from another screen; null is all of time. */
export function visibleWindow(wanted: TimeWindow | null, total: number, minSpan: number): TimeWindow {
  return clampWindow(wanted ?? fullWindow(total), total, minSpan);
}

/** Zooms by `factor` (below 1: closer), keeping `timestep` where it is on the screen. */
export function zoomAround(
  window: TimeWindow,
  timestep: number,
  factor: number,
  total: number,
  minSpan: number,
): TimeWindow {
  const span = window.to - window.from;
  const wanted = Math.min(total, Math.max(Math.min(minSpan, total), span * factor));
  const share = span > 0 ? (timestep - window.from) / span : 0.5;
  const from = timestep - share * wanted;
  return clampWindow({ from, to: from + wanted }, total, minSpan);
}

export function pan(window: TimeWindow, timesteps: number, total: number): TimeWindow {
  const span = window.to - window.from;
  const from = Math.max(0, Math.min(total - span, window.from + timesteps));
  return { from, to: from + span };
}

/** Pans just enough to bring `timestep` into view, with a little room beside it. */
export function reveal(window: TimeWindow, timestep: number, total: number): TimeWindow {
  const span = window.to - window.from;
  const room = Math.min(2, span / 8);
  if (timestep < window.from + room) return pan(window, timestep - room - window.from, total);
  if (timestep + 1 > window.to - room) return pan(window, timestep + 1 + room - window.to, total);
  return window;
}

/** Pans just enough to bring a stretch into view, its start if there is no room for all. */
export function revealStretch(
  window: TimeWindow,
  { start, end }: { readonly start: number; readonly end: number },
  total: number,
): TimeWindow {
  return reveal(reveal(window, end - 1, total), start, total);
}

export function sameWindow(a: TimeWindow, b: TimeWindow): boolean {
  return a.from === b.from && a.to === b.to;
}
