/** Paints one signal of one trace. */
import type { Matrix } from "../../api/trace.ts";
import { binEdges, paintBins } from "../../maths/binning.ts";
import { coded } from "../../maths/codes.ts";
import { codeColours, type Theme } from "../../maths/colours.ts";
import { hasPadding, type Mask } from "../../maths/mask.ts";
import type { Scale } from "../../maths/scale.ts";
import type { TimeWindow } from "../../maths/window.ts";
import { PALETTE } from "../theme.ts";

export interface HeatmapInput {
  readonly matrix: Matrix;
  readonly mask: Mask;
  readonly scale: Scale;
  /** Whether values may lie beyond the scale. */
  readonly clipped: boolean;
  readonly order: Uint32Array;
  readonly window: TimeWindow;
  readonly theme: Theme;
}

/** Holds one cell per pixel before they are stretched to the lane; shared, as lanes paint one by one. */
let scratch: { canvas: HTMLCanvasElement; context: CanvasRenderingContext2D; image: ImageData } | null = null;

function scratchOf(columns: number, rows: number): NonNullable<typeof scratch> {
  if (scratch?.image.width === columns && scratch.image.height === rows) return scratch;
  const canvas = document.createElement("canvas");
  canvas.width = columns;
  canvas.height = rows;
  const context = canvas.getContext("2d", { willReadFrequently: false }) as CanvasRenderingContext2D;
  scratch = { canvas, context, image: context.createImageData(columns, rows) };
  return scratch;
}

function hatch(context: CanvasRenderingContext2D, theme: Theme): CanvasPattern | null {
  const size = Math.round(6 * window.devicePixelRatio);
  const tile = document.createElement("canvas");
  tile.width = tile.height = size;
  const pen = tile.getContext("2d") as CanvasRenderingContext2D;
  pen.strokeStyle = PALETTE[theme].faint;
  pen.globalAlpha = theme === "dark" ? 0.8 : 0.55;
  pen.lineWidth = Math.max(1, window.devicePixelRatio * 0.8);
  pen.beginPath();
  // Three strokes, so that the corners of neighbouring tiles meet.
  for (const shift of [-size, 0, size]) {
    pen.moveTo(shift - 1, size + 1);
    pen.lineTo(shift + size + 1, -1);
  }
  pen.stroke();
  return context.createPattern(tile, "repeat");
}

/** Below the heatmap, which is opaque wherever there is a value. */
function drawPadding(
  context: CanvasRenderingContext2D,
  input: HeatmapInput,
  left: number,
  width: number,
): void {
  const pattern = hasPadding(input.mask) ? hatch(context, input.theme) : null;
  if (pattern === null) return;
  context.fillStyle = pattern;
  context.fillRect(left, 0, width, context.canvas.height);
}

/** Covers the whole canvas; returns whether anything visible was not a finite number. */
export function drawHeatmap(context: CanvasRenderingContext2D, input: HeatmapInput): boolean {
  const { matrix, mask, scale, clipped, order, window: span, theme } = input;
  const { width, height } = context.canvas;
  const perStep = width / (span.to - span.from);
  const first = Math.max(0, Math.floor(span.from));
  const end = Math.min(matrix.timesteps, Math.ceil(span.to));
  context.clearRect(0, 0, width, height);
  if (end <= first || order.length === 0) return false;
  const left = (first - span.from) * perStep;
  drawPadding(context, input, left, (end - first) * perStep);

  const timeEdges = binEdges(first, end, Math.max(1, Math.ceil((end - first) * perStep)));
  const unitEdges = binEdges(0, order.length, height);
  const columns = timeEdges.length - 1;
  const rows = unitEdges.length - 1;
  const { canvas, context: pen, image } = scratchOf(columns, rows);
  const { units, timesteps } = matrix;
  const bins = { coded: coded(matrix, scale), units, timesteps, order, unitEdges, timeEdges, mask, clipped };
  const sawNotFinite = paintBins(bins, codeColours(scale, theme), new Uint32Array(image.data.buffer));
  pen.putImageData(image, 0, 0);
  context.imageSmoothingEnabled = false;
  context.drawImage(canvas, 0, 0, columns, rows, left, 0, (end - first) * perStep, height);
  return sawNotFinite;
}
