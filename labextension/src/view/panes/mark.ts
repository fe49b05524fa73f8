import { h, svg } from '../dom';
import { DARK, LIGHT, MARKS } from '../palette';
import { statusWord } from '../text';

/** Give an element a status's colours for both themes; the style sheet chooses. */
export function tint(element: HTMLElement | SVGElement, status: number): void {
  const light = LIGHT.status[status];
  const dark = DARK.status[status];
  if (light && dark) colour(element, light[0], dark[0], light[1], dark[1]);
}

/** Give an element the colours of an executor or a name by its place in a list. */
export function tintExecutor(element: HTMLElement | SVGElement, place: number): void {
  const light = LIGHT.executors[place % LIGHT.executors.length] ?? LIGHT.muted;
  const dark = DARK.executors[place % DARK.executors.length] ?? DARK.muted;
  colour(element, light, dark, light, dark);
}

function colour(element: HTMLElement | SVGElement, ...colours: [string, string, string, string]): void {
  ['--l', '--d', '--lt', '--dt'].forEach((name, i) => element.style.setProperty(name, colours[i] ?? ''));
}

/** A status's mark, 16 px across; the word beside it says it to screen readers. */
export function mark(status: number): SVGElement {
  const shape = MARKS[status] ?? { path: '', filled: false };
  const drawn = svg('svg.jf-mark', { viewBox: '-8 -8 16 16', 'aria-hidden': 'true' },
    svg('circle', { r: 7.5 }),
    svg('path', { d: shape.path, class: shape.filled ? 'jf-full' : null })
  );
  tint(drawn, status);
  return drawn;
}

/** Mark and word; `dispatch` is the status of the whole. */
export function badge(status: number, dispatch?: number): HTMLElement {
  const element = h('span.jf-badge', mark(status), statusWord(status, dispatch));
  tint(element, status);
  return element;
}
