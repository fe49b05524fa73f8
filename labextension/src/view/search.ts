import type { Found } from '../protocol';
import { fill, h, say } from './dom';
import { grouped } from './text';

const WAIT = 200; // ms after the last letter

/** Finds nodes by name; Enter walks from hit to hit. */
export class Search {
  private readonly input = h('input', {
    type: 'search',
    class: 'jf-filter jf-find',
    placeholder: 'Find a node',
    'aria-label': 'Find a node',
    'data-key': 'find',
    spellcheck: 'false',
  });
  private readonly told = h('span', { class: 'jf-note jf-hits', 'aria-live': 'polite' });
  readonly element = h('span', { class: 'jf-search' }, this.input, this.told);
  private found: Found | null = null;
  private place = -1;
  private meant = false; // the first hit is the node of that number, and Enter has not opened it yet
  private opening = false;
  private timer: ReturnType<typeof setTimeout> | undefined;

  /** `ask` the kernel; `mark` the boxes with hits; `go` to one of them; `open` one for a node, and select that. */
  constructor(
    private readonly ask: (text: string) => void,
    private readonly mark: (boxes: number[]) => void,
    private readonly go: (box: number) => void,
    private readonly open: (node: number, box: number) => void
  ) {
    this.input.addEventListener('input', () => {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.search(), this.input.value ? WAIT : 0);
    });
    this.input.addEventListener('keydown', event => this.key(event));
  }

  /** Asks again: the boxes are other ones. */
  again(): void {
    if (this.input.value.trim()) this.ask(this.input.value.trim());
  }

  hear(found: Found): void {
    if (found.text !== this.input.value.trim()) return;
    const fresh = found.text !== this.found?.text;
    this.found = found;
    this.mark(found.hits.map(({ group }) => group));
    if (!fresh) {
      const hit = found.hits[this.place];
      if (this.opening && hit) this.go(hit.group); // where it is now
      this.opening = false;
      return;
    }
    this.meant = this.asked(found);
    this.place = -1;
    if (found.total) this.walk(1);
    else say(this.told, 'Nothing found');
  }

  dispose(): void {
    clearTimeout(this.timer);
  }

  private search(): void {
    const text = this.input.value.trim();
    if (text) {
      this.ask(text);
    } else {
      this.found = null;
      this.mark([]);
      say(this.told, '');
    }
  }

  private key(event: KeyboardEvent): void {
    if (event.key === 'Enter' && this.meant && this.place === 0) this.enter();
    else if (event.key === 'Enter') this.walk(event.shiftKey ? -1 : 1);
    else if (event.key === 'Escape' && this.input.value) this.clear();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  private clear(): void {
    this.input.value = '';
    this.search();
  }

  /** Whether a number was asked for, and is a node's. */
  private asked({ text, hits }: Found): boolean {
    return /^#?\d+$/.test(text) && hits[0]?.node === Number(text.replace('#', ''));
  }

  private enter(): void {
    const { node, group } = this.found!.hits[0]!;
    this.meant = false;
    this.opening = true;
    this.open(node, group);
  }

  private walk(way: 1 | -1): void {
    const hits = this.found?.hits ?? [];
    if (!hits.length) return;
    this.place = (this.place + way + hits.length) % hits.length;
    const hit = hits[this.place]!;
    const { total } = this.found!;
    const named = this.place === 0 && this.asked(this.found!) ? `#${hit.node} ${hit.name}` : hit.name;
    const [count, nodes] = total === 1 ? ['1', 'node'] : [`${this.place + 1} of ${grouped(total)}`, 'nodes'];
    fill(this.told, h('span', count), h('span', ` ${nodes}: ${named}`)); // the name is cut where there is no room
    this.told.title = this.told.textContent ?? '';
    this.go(hit.group);
  }
}
