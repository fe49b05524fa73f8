import { h } from '../dom';

/** Copy a text; false where the browser refuses. */
export async function copy(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyBySelection(text); // no permission, or not a secure page
  }
}

function copyBySelection(text: string): boolean {
  const focused = document.activeElement;
  const area = h('textarea.jf-unseen', { 'aria-hidden': 'true' });
  area.value = text;
  document.body.append(area);
  area.select();
  try {
    return document.execCommand('copy');
  } catch {
    return false;
  } finally {
    area.remove();
    if (focused instanceof HTMLElement) focused.focus({ preventScroll: true });
  }
}

/** A button that copies what `text` gives, and says for a moment that it did. */
export function copyButton(what: string, text: () => string, label = 'Copy'): HTMLButtonElement {
  const button = h('button', { type: 'button', class: 'jf-quiet', 'aria-label': `Copy ${what}` }, label);
  button.dataset.key = `copy ${what}`;
  button.addEventListener('click', () => {
    void copy(text()).then(done => {
      button.textContent = done ? 'Copied' : 'Not copied';
      setTimeout(() => (button.textContent = label), 1500);
    });
  });
  return button;
}
