import { fill, h, type Child } from '../dom';
import { themed } from '../theme';

/** The element of a pane: a landmark in which Lab's own keyboard shortcuts rest. */
export function paneElement(name: string, label: string, ...children: Child[]): HTMLElement {
  const names = { class: `jf-pane jf-${name}`, role: 'region', 'aria-label': label };
  return themed(h('section', { ...names, 'data-lm-suppress-shortcuts': 'true' }, ...children));
}

/** A button with words. */
export function button(label: string, onclick: () => void, name?: string, className = 'jf-button'): HTMLButtonElement {
  const element = h('button', { type: 'button', class: className, 'aria-label': name, title: name, onclick }, label);
  element.dataset.key = name ?? label;
  return element;
}

/** A titled part of a pane, drawn again only where what it shows has changed; gone where it shows nothing. */
export class Section {
  readonly element: HTMLElement;
  readonly side = h('span.jf-side');
  private readonly body = h('div.jf-body');
  private known = '';

  constructor(title: string, name: string, folds = false) {
    const heading = [h('span.jf-title', { role: 'heading', 'aria-level': 3 }, title), this.side];
    this.element = folds
      ? h('details', { class: `jf-section jf-${name}`, open: true }, h('summary', heading), this.body)
      : h('section', { class: `jf-section jf-${name}` }, h('div.jf-heading', heading), this.body);
    this.element.hidden = true;
  }

  /** Show what `make` gives for these values; nothing, and the section is hidden. */
  draw(values: unknown, make: () => Child[]): void {
    const stamp = JSON.stringify(values) ?? '';
    if (stamp === this.known) return;
    this.known = stamp;
    fill(this.body, ...make());
    this.element.hidden = !this.body.hasChildNodes();
  }
}

/** Names and values, those without a value left out. */
export function facts(...pairs: [string, Child][]): HTMLElement {
  const shown = pairs.filter(([, value]) => value !== '' && value !== null && value !== undefined);
  return h('dl.jf-facts', shown.map(([name, value]) => h('div', h('dt', name), h('dd', value))));
}
