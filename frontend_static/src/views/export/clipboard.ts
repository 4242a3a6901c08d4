/** Hands things over to the reader's machine: text to the clipboard, bytes to a file. */

/** Chromium alone tells; asking it is silent, while being refused is an error on the console. */
interface Policed {
  readonly featurePolicy?: { allowsFeature(feature: string): boolean };
}

/**
 * Copies text, also where the page may not write to the clipboard by itself. Rejects where it cannot be done
 * at all.
 */
export async function copyText(text: string): Promise<void> {
  const { featurePolicy } = document as Document & Policed;
  // A notebook's frame is of another origin than the notebook: a selection can still be copied there.
  if (featurePolicy?.allowsFeature("clipboard-write") === false) return copySelected(text);
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // Neither an http page nor a reader who said no has the clipboard's permission.
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

/** Has the browser save bytes under a name. */
export function save(name: string, type: string, data: BlobPart): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([data], { type }));
  link.download = name;
  link.click();
  // The download has taken its own hold of the bytes by the next turn of the event loop.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
