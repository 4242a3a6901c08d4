/** What stays above the lanes: the titles of the pictures, the time axis, the tracks. */
import { html, nothing } from "lit";
import type { Theme } from "../../maths/colours.ts";
import type { TimeWindow } from "../../maths/window.ts";
import { sampleOf } from "../../state/batch_rows.ts";
import type { Match } from "../../state/finder.ts";
import { extentOf, type Track, tracksOf } from "../../state/tracks.ts";
import { labelOf, type Side, tokensOf, type View } from "../../state/view.ts";
import { clearCanvas } from "../canvas.ts";
import { drawAxis, INDEX_HEIGHT, TOKEN_HEIGHT } from "../time/draw_axis.ts";
import { drawTrack, flagColour, trackHeight } from "./draw_track.ts";

/** The sides whose time axes are drawn: of a difference, A's. */
export function panesOf({ compare, a, b }: View): (Side | null)[] {
  return compare === "side" ? [a, b] : [a];
}

/** "A  a/rnn · epoch 3" over each pane. */
export function renderHeads(view: View, width: number) {
  const { compare, a, b, fault } = view;
  if (compare === "off") return nothing;
  const note = fault && html`<span class="fault" role="status" title=${fault}>${fault}</span>`;
  const one = (letter: string, side: Side) => html`<b>${letter}</b> ${titleOf(side, view)}`;
  const first = compare === "difference" && b ? html`${one("A", a)} <b>−</b> ${one("B", b)}` : one("A", a);
  const second = compare === "side" ? (b ? one("B", b) : note) : nothing;
  return html`<div class="line heads">
    <div></div>
    <div class="panes">
      <div style="width: ${width}px">${first} ${compare === "difference" ? note : nothing}</div>
      ${compare === "side" ? html`<div style="width: ${width}px">${second}</div>` : nothing}
    </div>
  </div>`;
}

/** A side's label: as much as distinguishes it from the other. */
function titleOf(side: Side, { a, b }: View): string {
  const layers = b !== null && a.layer.key !== b.layer.key ? ` · ${side.layer.key}` : "";
  return labelOf(side, b === null || a.run.run !== b.run.run) + layers;
}

export function axisHeight(view: View): number {
  return INDEX_HEIGHT + (panesOf(view).some((side) => side && tokensOf(side)) ? TOKEN_HEIGHT : 0);
}

/** One row of tracks: the same name in each pane, on one scale. */
export interface TrackRow {
  readonly name: string;
  readonly kind: Track["kind"];
  readonly panes: readonly (Track | null)[];
  readonly domain: readonly [number, number] | null;
  /** Its place among the flags. */
  readonly flag: number;
  readonly height: number;
}

export function trackRows(view: View): TrackRow[] {
  const panes = panesOf(view).map((side) => (side ? tracksOf(side) : []));
  const first = panes.flat();
  const names = [...new Set(first.map(({ name }) => name))];
  let flags = 0;
  return names.map((name) => {
    const found = panes.map((tracks) => tracks.find((track) => track.name === name) ?? null);
    const some = found.filter((track) => track !== null);
    const { kind } = some[0] as Track;
    const domain = jointDomain(some);
    // Over whole samples, not the window: zooming must not change what a height means.
    const extent = domain ?? extentOf(some.flatMap(({ lines }) => lines));
    const flag = kind === "flag" ? flags++ : 0;
    return { name, kind, panes: found, domain: extent, flag, height: trackHeight(some[0] as Track) };
  });
}

/** One for both panes: the wider of theirs; none unless both have one. */
function jointDomain(tracks: readonly Track[]): readonly [number, number] | null {
  const domains = tracks.map(({ domain }) => domain).filter((domain) => domain !== null);
  if (domains.length < tracks.length) return null;
  return [Math.min(...domains.map(([low]) => low)), Math.max(...domains.map(([, high]) => high))];
}

export function renderTracks(rows: readonly TrackRow[], cursor: number | null, theme: Theme) {
  return html`<div class="tracks">
    ${rows.map(({ name, kind, panes, height, flag }) => {
      const textsOf = (read: (track: Track) => (timestep: number) => string) =>
        panes.map((track) => (cursor === null ? "" : track ? read(track)(cursor) : "–"));
      const value = joined(textsOf(({ text }) => text));
      const brief = joined(textsOf(({ text, brief: short }) => short ?? text));
      return html`<div
        class="line track ${kind === "line" ? "line-track" : ""}"
        style="height: ${height}px"
        data-flag=${kind === "flag" ? flag : nothing}
        data-colour=${kind === "flag" ? flagColour(flag, theme) : nothing}
      >
        <div class="name"><span title=${name}>${name}</span><b title=${value}>${brief}</b></div>
        <div class="panes">${panes.map(() => html`<canvas role="img" aria-label=${name}></canvas>`)}</div>
      </div>`;
    })}
  </div>`;
}

/** Text that is the same in both panes is written once. */
function joined(texts: readonly string[]): string {
  return [...new Set(texts)].join(" | ");
}

export interface Drawing {
  readonly window: TimeWindow;
  readonly width: number;
  readonly theme: Theme;
}

export function paintAxes(
  canvases: Iterable<HTMLCanvasElement>,
  view: View,
  cursor: number | null,
  found: readonly Match[],
  drawing: Drawing,
): void {
  const sides = panesOf(view);
  let pane = 0;
  for (const canvas of canvases) {
    const side = sides[pane++];
    const pen = clearCanvas(canvas, drawing.width, axisHeight(view));
    if (!side) continue;
    const searched = tokensOf(side) !== null && side.run.run === view.a.run.run;
    const shown = sampleOf(side.run, side.layer, side.trace.key.sample);
    const here = searched ? found.filter(({ sample }) => sample === shown) : [];
    drawAxis(pen, { ...drawing, tokens: tokensOf(side), cursor, found: here });
  }
}

export function paintTracks(
  elements: Iterable<HTMLElement>,
  rows: readonly TrackRow[],
  drawing: Drawing,
): void {
  let at = 0;
  for (const element of elements) {
    const row = rows[at++];
    if (row === undefined) return;
    for (const [pane, canvas] of element.querySelectorAll("canvas").entries()) {
      const pen = clearCanvas(canvas, drawing.width, row.height);
      const track = row.panes[pane];
      if (track) drawTrack(pen, { ...drawing, track, domain: row.domain, flag: row.flag });
    }
  }
}
