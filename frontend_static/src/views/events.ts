/** Events from a part of the page to the ones around it. */

/** Sends an event to whoever placed the element. */
export function send<T>(element: HTMLElement, name: string, detail: T): void {
  element.dispatchEvent(new CustomEvent<T>(name, { detail }));
}

/** Asks for a change of the selection; the event bubbles up to the tab from anywhere in it. */
export function select<T extends object>(element: HTMLElement, patch: T): void {
  element.dispatchEvent(
    new CustomEvent<T>("selection-change", { detail: patch, bubbles: true, composed: true }),
  );
}
