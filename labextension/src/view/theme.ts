import { DARK, LIGHT, type Theme } from './palette';

const THEMED = new Set<WeakRef<Element>>();
let following = false;

/** Whether the page is dark: by JupyterLab's word, by VS Code's and Colab's, else by the system's. */
export function isDark(): boolean {
  const { body, documentElement } = document;
  const lab = body.dataset['jpThemeLight'];
  if (lab !== undefined) return lab === 'false';
  const kind = body.dataset['vscodeThemeKind'] ?? documentElement.getAttribute('theme');
  if (kind) return /dark|contrast$/.test(kind);
  return matchMedia('(prefers-color-scheme: dark)').matches;
}

/** The colours of the pictures in force. */
export function theme(): Theme {
  return isDark() ? DARK : LIGHT;
}

/** Calls `changed` when the page turns dark or light; returns what ends that. */
export function onTheme(changed: () => void): () => void {
  let dark = isDark();
  const look = (): void => {
    if (dark === isDark()) return;
    dark = !dark;
    // Lab changes the attribute before the new theme's style sheet has come.
    requestAnimationFrame(changed);
    setTimeout(changed, 300);
  };
  const observer = new MutationObserver(look);
  observer.observe(document.body, { attributes: true });
  observer.observe(document.documentElement, { attributes: true });
  const system = matchMedia('(prefers-color-scheme: dark)');
  system.addEventListener('change', look);
  return () => {
    observer.disconnect();
    system.removeEventListener('change', look);
  };
}

/** Keep the class `jf-dark` on an element while the page is dark. */
export function themed<Kind extends Element>(element: Kind): Kind {
  element.classList.add('jf-themed');
  element.classList.toggle('jf-dark', isDark());
  THEMED.add(new WeakRef(element));
  if (!following) onTheme(turn); // once for the page: the elements come and go
  following = true;
  return element;
}

function turn(): void {
  for (const reference of THEMED) {
    const element = reference.deref();
    if (element) element.classList.toggle('jf-dark', isDark());
    else THEMED.delete(reference);
  }
}

/** A tint of a colour that hides what is behind it. */
export function mixed(colour: string, ground: string, share: number): string {
  const part = (text: string, at: number): number => parseInt(text.slice(at, at + 2), 16);
  const channel = (at: number): string =>
    Math.round(part(colour, at) * share + part(ground, at) * (1 - share))
      .toString(16)
      .padStart(2, '0');
  return `#${channel(1)}${channel(3)}${channel(5)}`;
}

/** Whether people asked their system for less motion. */
export function still(): boolean {
  return matchMedia('(prefers-reduced-motion: reduce)').matches;
}
