/** The controls of the bars: pickers, fields and switches, all styled alike. */
import { css, html, nothing } from "lit";
import { base } from "../theme.ts";

export interface Option {
  readonly value: string;
  readonly text: string;
}

export const pickerStyles = css`
  label.field {
    display: flex;
    position: relative;
    align-items: center;
    height: 32px;
    border-radius: 8px;
    background: var(--raised);
  }
  label.field > span {
    padding-left: 12px;
    color: var(--soft);
    white-space: nowrap;
  }
  label.field select {
    max-width: 260px;
    height: 32px;
    padding: 0 28px 0 8px;
    border: 0;
    border-radius: 8px;
    background: transparent;
    text-overflow: ellipsis;
    cursor: pointer;
    appearance: none;
  }
  label.field input {
    width: 118px;
    height: 32px;
    padding: 0 12px 0 8px;
    border: 0;
    border-radius: 8px;
    background: transparent;
    color: var(--ink);
    font: inherit;
  }
  label.field input[aria-invalid="true"] {
    color: var(--warn);
  }
  label.field input::placeholder {
    color: var(--faint);
  }
  option {
    background: var(--page);
  }
  label.picker::after {
    position: absolute;
    right: 12px;
    width: 5px;
    height: 5px;
    margin-top: -3px;
    border: solid var(--soft);
    border-width: 0 1.5px 1.5px 0;
    content: "";
    transform: rotate(45deg);
    pointer-events: none;
  }
  .switch {
    height: 32px;
    padding: 0 12px;
    border: 0;
    border-radius: 8px;
    background: transparent;
    color: var(--soft);
    cursor: pointer;
    white-space: nowrap;
  }
  .switch:hover {
    background: var(--raised);
    color: var(--ink);
  }
  .switch[aria-pressed="true"] {
    background: color-mix(in srgb, var(--accent) 14%, var(--page));
    color: var(--accent);
  }
  .segments {
    display: flex;
    padding: 2px;
    border-radius: 8px;
    background: var(--raised);
  }
  .segments .switch {
    height: 28px;
    border-radius: 6px;
  }
  .segments .switch[aria-pressed="true"] {
    background: var(--page);
    box-shadow: 0 0 0 1px var(--rule);
  }
`;

/** A bar of them; a line that is too short for all breaks. */
export const barStyles = [
  base,
  pickerStyles,
  css`
    :host {
      display: flex;
      gap: 8px;
      align-items: center;
      flex-wrap: wrap;
    }
  `,
];

export function renderPicker(
  label: string,
  name: string,
  options: readonly Option[],
  chosen: string,
  choose: (value: string) => void,
) {
  if (options.length === 0) return nothing;
  return html`<label class="field picker">
    <span>${label}</span>
    <select name=${name} .value=${chosen} @change=${(event: Event) => choose((event.target as HTMLSelectElement).value)}>
      ${options.map(({ value, text }) => html`<option value=${value} .selected=${value === chosen}>${text}</option>`)}
    </select>
  </label>`;
}

export function renderSwitch(text: string, pressed: boolean, title: string, toggle: () => void) {
  return html`<button class="switch" aria-pressed=${pressed} title=${title} @click=${toggle}>${text}</button>`;
}
