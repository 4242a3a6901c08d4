/** Whether the tab is visible. TensorBoard keeps the iframes of other tabs alive, with `display: none`. */
export function watchVisibility(onChange: (visible: boolean) => void): void {
  let intersecting = window.innerWidth > 0;
  let last: boolean | null = null;
  const read = () => {
    const visible = !document.hidden && intersecting;
    if (visible !== last) onChange(visible);
    last = visible;
  };
  document.addEventListener("visibilitychange", read);
  new IntersectionObserver((entries) => {
    intersecting = entries.at(-1)?.isIntersecting ?? intersecting;
    read();
  }).observe(document.documentElement);
  read();
}
