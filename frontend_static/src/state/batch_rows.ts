/** Whose the rows of a layer are: the samples of the probe, unless the model reshapes or reorders its batch. */
import type { Row } from "../api/routes.ts";
import type { LayerInfo, RunInfo } from "../api/types.ts";
import { plural } from "../maths/format.ts";
import { layerOf } from "./layers.ts";
import type { Selection } from "./selection.ts";

/** The rows of a layer, in order. A run whose probe is lost names no samples, yet its traces hold at least one. */
export function rowsOf(run: RunInfo, layer: LayerInfo | undefined): readonly Row[] {
  if (layer?.rows != null) return layer.rows;
  const names = run.samples.length === 0 ? [rowText(0)] : run.samples.map(({ name }) => name);
  return names.map((name, sample) => ({ name, sample }));
}

/** What an overview of a layer is over: "all 6 samples", "the row". */
export function allRows(run: RunInfo | null, layer: LayerInfo): string {
  const { length } = layer.rows ?? run?.samples ?? [];
  const noun = layer.rows === null ? "sample" : "row";
  if (length === 0) return "all samples";
  return length === 1 ? `the ${noun}` : `all ${plural(length, noun)}`;
}

export function rowName(run: RunInfo, layer: LayerInfo | undefined, row: number): string {
  return rowsOf(run, layer)[row]?.name ?? rowText(row);
}

/** The index in the probe of a row's sample; null where it is not known. */
export function sampleOf(run: RunInfo, layer: LayerInfo | undefined, row: number): number | null {
  return rowsOf(run, layer)[row]?.sample ?? null;
}

/** The row of another layer that stands for the same: at the same place if the rows are alike, or of the same sample. */
export function sameRow(from: readonly Row[], row: number, to: readonly Row[]): number | null {
  const alike = from.length === to.length && from.every(({ sample }, i) => sample === to[i]?.sample);
  if (alike) return row;
  const sample = from[row]?.sample ?? null;
  return sample === null ? null : firstRow(to, sample);
}

/** The first row of a sample of the probe; null where there is none. */
export function firstRow(rows: readonly Row[], sample: number): number | null {
  const row = rows.findIndex((one) => one.sample === sample);
  return row === -1 ? null : row;
}

/** The rows of the layer of a selection. */
export interface LayerRows {
  readonly run: string;
  readonly layer: string | null;
  readonly rows: readonly Row[];
}

export function rowsShown({ layer }: Pick<Selection, "layer">, run: RunInfo): LayerRows {
  return { run: run.run, layer, rows: rowsOf(run, shownLayer(run, layer)) };
}

/**
 * The selection with the same sample in the layer that it now names, which may have other rows; else the first row.
 * A brush stays with its sample, too, or is gone.
 */
export function keepingRow<S extends Pick<Selection, "layer" | "sample" | "brush">>(
  selection: S,
  run: RunInfo,
  last: LayerRows | null,
): S {
  const { layer, sample, brush } = selection;
  if (last === null || sample === null || (last.run === run.run && last.layer === layer)) return selection;
  const rows = rowsOf(run, shownLayer(run, layer));
  const brushed = brush && sameRow(last.rows, brush.sample, rows);
  return {
    ...selection,
    sample: sameRow(last.rows, sample, rows) ?? 0,
    brush: brush && brushed !== null ? { ...brush, sample: brushed } : null,
  };
}

/** Why a row that was asked for is not the one that is shown; null if it is. */
export function whyNotRow(wanted: number, shown: Selection, run: RunInfo): string | null {
  if (shown.sample === null || shown.sample === wanted) return null;
  const layer = shownLayer(run, shown.layer);
  const rows = rowsOf(run, layer);
  const what = layer?.rows == null ? "sample" : "row";
  return `Layer “${shown.layer}” has no ${what} ${wanted}, only 0 to ${rows.length - 1}: “${rowName(run, layer, shown.sample)}” is shown.`;
}

/** The layer that a selection shows: the run's first, until it names one that the run has. */
function shownLayer(run: RunInfo, key: string | null): LayerInfo | undefined {
  return layerOf(run, key) ?? run.layers[0];
}

function rowText(row: number): string {
  return `sample ${row}`;
}
