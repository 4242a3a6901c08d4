/** Canvases in device pixels. */

/** Sizes the canvas to `width` x `height` CSS pixels and returns its context, in device pixels. */
export function fitCanvas(
  canvas: HTMLCanvasElement,
  width: number,
  height: number,
): CanvasRenderingContext2D {
  const ratio = window.devicePixelRatio;
  const [wide, high] = [Math.max(1, Math.round(width * ratio)), Math.max(1, Math.round(height * ratio))];
  // Setting a size clears and reallocates, so only when it changed.
  if (canvas.width !== wide || canvas.height !== high) {
    canvas.width = wide;
    canvas.height = high;
  }
  canvas.style.width = `${width}px`;
  canvas.style.height = `${height}px`;
  const context = canvas.getContext("2d");
  if (context === null) throw new Error("This browser gives no 2d canvas.");
  context.setTransform(1, 0, 0, 1, 0, 0);
  return context;
}

/** The same, for drawing in CSS pixels, cleared. */
export function clearCanvas(
  canvas: HTMLCanvasElement,
  width: number,
  height: number,
): CanvasRenderingContext2D {
  const context = fitCanvas(canvas, width, height);
  context.clearRect(0, 0, canvas.width, canvas.height);
  context.scale(window.devicePixelRatio, window.devicePixelRatio);
  return context;
}

/** Calls back when the window moves to a screen of another density, or the user zooms the page. */
export function watchPixelRatio(onChange: () => void): () => void {
  const abort = new AbortController();
  const watch = () => {
    const query = window.matchMedia(`(resolution: ${window.devicePixelRatio}dppx)`);
    const changed = () => {
      onChange();
      watch();
    };
    query.addEventListener("change", changed, { once: true, signal: abort.signal });
  };
  watch();
  return () => abort.abort();
}
