import { fill, h } from '../dom';
import type { Box } from './scene';

/** What a box says in words, beside the pointer. */
export class Tooltip {
  readonly element = h('div', { class: 'jf-tooltip', role: 'tooltip', hidden: true });

  /** Beside a point of the host; `words` are the kernel's, parts between middle dots. */
  show(words: string, hint: string, x: number, y: number, room: { width: number; height: number }): void {
    const [name = '', ...rest] = words.split(' · ');
    const { element } = this;
    fill(
      element,
      h('b', {}, name),
      rest.map(part => h('div', {}, part)),
      h('i', {}, hint)
    );
    element.hidden = false;
    const left = Math.min(x + 14, room.width - element.offsetWidth - 4);
    const below = y + 18 + element.offsetHeight < room.height;
    element.style.left = `${Math.max(4, left)}px`;
    element.style.top = `${below ? y + 18 : Math.max(4, y - element.offsetHeight - 10)}px`;
  }

  hide(): void {
    this.element.hidden = true;
  }
}

/** What can be done with a box. */
export function hint({ group }: Box): string {
  if (group.count > 1) return 'Opens in place';
  if (group.node_kind === 'sublattice') return 'Click: details; double click or Enter: goes in';
  return group.opened ? 'Click: details; double click or Escape: folds' : '';
}
