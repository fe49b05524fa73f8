import { still } from './theme';

/** Scrolls as little as shows an element, gently; where it is seen already, or hidden, nothing moves. */
export function intoView(element: HTMLElement): void {
  requestAnimationFrame(() => {
    if (element.hidden || !element.isConnected) return;
    element.scrollIntoView?.({ block: 'nearest', behavior: still() ? 'auto' : 'smooth' });
  });
}
