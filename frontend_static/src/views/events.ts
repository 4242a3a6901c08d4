/** What a part of the page tells those above it. */

/** Tells the element's owner. */
export function send<T>(element: HTMLElement, name: string, detail: T): void {
  element.dispatchEvent(new CustomEvent<T>(name, { detail }));
}

/** What a control wants changed of the selection; the tab hears it wherever it comes from. */
export function select<T extends object>(element: HTMLElement, patch: T): void {
  element.dispatchEvent(
    new CustomEvent<T>("selection-change", { detail: patch, bubbles: true, composed: true }),
  );
}
