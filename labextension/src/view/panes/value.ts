import type { Preview } from '../../protocol';
import { fill, h } from '../dom';
import { look, printed, tabled } from '../shown';
import { copyButton } from './copy';
import { button } from './section';

/** A value that is fetched when one wants to see it, or at once where it is small. */
export class Value {
  readonly toggle: HTMLButtonElement;
  readonly place = h('div.jf-value', { hidden: true });
  private expected = 0;
  private peeks = false; // it is shown when it comes, unless somebody turns it first
  private asked = false;

  /** `fetch` asks for a preview and gives the number its answer will have. */
  constructor(name: string, private readonly fetch: () => number) {
    this.toggle = button('Show', () => this.turn(), `Show ${name}`, 'jf-quiet');
    this.toggle.setAttribute('aria-expanded', 'false');
  }

  /** Show it without having been asked, the first time. */
  peek(): void {
    if (this.asked) return;
    this.asked = this.peeks = true;
    this.expected = this.fetch();
  }

  /** Take an answer, if it is the one to the last question. */
  hear(preview: Preview): void {
    if (preview.number !== this.expected) return;
    if (this.peeks) this.open(true);
    this.peeks = false;
    if (!this.place.hidden) fill(this.place, previewed(preview));
  }

  private turn(): void {
    this.peeks = false;
    this.open(this.place.hidden);
    this.place.replaceChildren();
    if (this.place.hidden) return;
    this.place.append(h('p.jf-note', 'Loading…'));
    this.expected = this.fetch();
  }

  private open(open: boolean): void {
    this.asked = true;
    this.place.hidden = !open;
    this.toggle.setAttribute('aria-expanded', String(open));
    this.toggle.textContent = open ? 'Hide' : 'Show';
  }
}

/** A preview as an element. */
function previewed(preview: Preview): HTMLElement {
  const { type, note, text, rows, shown } = preview;
  return h('div.jf-preview',
    h('div.jf-about',
      type && h('code', type),
      note && h('span.jf-note', note),
      text && copyButton('value', () => text)
    ),
    shown.map(look),
    rows.length ? tabled(rows) : null,
    text ? printed(text) : null
  );
}
