/** Copies text to the clipboard, and saves bytes as a file. */

/** Chromium alone has it. Reading it is silent, while a refused copy is an error on the console. */
interface Policed {
  readonly featurePolicy?: { allowsFeature(feature: string): boolean };
}

/**
 * Copies text, even where the page may not write to the clipboard itself. Rejects if the browser lets no page copy.
 */
export async function copyText(text: string): Promise<void> {
  const { featurePolicy } = document as Document & Policed;
  // A notebook's frame is of another origin than the notebook, but may still copy a selection.
  if (featurePolicy?.allowsFeature("clipboard-write") === false) return copySelected(text);
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // The page is not served over https, or the user has refused the permission.
    copySelected(text);
  }
}

function copySelected(text: string): void {
  const focused = focusedElement();
  const field = document.createElement("textarea");
  field.value = text;
  field.style.position = "fixed";
  document.body.append(field);
  field.select();
  const done = document.execCommand("copy");
  field.remove();
  if (focused instanceof HTMLElement) focused.focus();
  if (!done) throw new Error("This browser lets no page copy: select the text and copy it yourself.");
}

function focusedElement(): Element | null {
  let element = document.activeElement;
  while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
  return element;
}

/** Saves bytes as a file of this name. */
export function save(name: string, type: string, data: BlobPart): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([data], { type }));
  link.download = name;
  link.click();
  // The download holds the bytes itself by the next turn of the event loop.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
