import type { Rows, Table, ViewMessage } from '../../protocol';
import { dress, h, say } from '../dom';
import { many } from '../text';
import { KernelClock, type Ask, type OpenNode, type Pane } from './pane';
import { TableRow } from './row';
import { paneElement } from './section';

type Sort = Table['sort'];

const COLUMNS: [string, Sort | null][] = [
  ['Node', 'node'],
  ['Name', 'name'],
  ['Status', 'status'],
  ['Executor', 'executor'],
  ['Worker', 'worker'],
  ['Start', 'start'],
  ['Run time', 'seconds'],
  ['Attempts', null]
];
const TALL = 30; // pixels of a row, as in the style sheet
const AHEAD = 30; // rows that are fetched above and below what is visible

/** All nodes as a table of which the page has the visible part: sorted, filtered and cut by the kernel. */
export class TablePane implements Pane {
  readonly element: HTMLElement;
  private readonly total = h('span.jf-note', { 'aria-live': 'polite' });
  private readonly scroller = h('div.jf-scroller.jf-rows', { tabindex: -1 });
  private readonly head = h('tr', { 'aria-rowindex': 1 });
  private readonly above = h('tr.jf-gap', { 'aria-hidden': 'true' });
  private readonly below = h('tr.jf-gap', { 'aria-hidden': 'true' });
  private readonly body = h('tbody', this.above, this.below);
  private readonly table: HTMLElement;
  private readonly clock = new KernelClock();
  private readonly ticking: ReturnType<typeof setInterval>;
  private readonly watching: ResizeObserver | null;
  private rows: TableRow[] = [];
  private first = 0;
  private count = -1;
  private sort: Sort = 'node';
  private descending = false;
  private filter = '';
  private asked = '';
  private dispatch = 0; // its status
  private at = 0; // the row that the keyboard is at
  private wanted = false; // it is to get the focus when it comes
  private typing: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly ask: Ask, private readonly open: OpenNode) {
    this.head.append(...COLUMNS.map(([title, sort]) => this.heading(title, sort)));
    this.table = h('table.jf-table', { 'aria-label': 'Nodes' }, h('thead', this.head), this.body);
    this.scroller.append(this.table);
    this.element = paneElement('nodes', 'Table of nodes', h('div.jf-bar', this.search(), this.total), this.scroller);
    this.scroller.addEventListener('scroll', () => this.fetch(), { passive: true });
    this.body.addEventListener('keydown', event => this.key(event));
    this.body.addEventListener('focusin', event => this.focused(event.target));
    this.ticking = setInterval(() => this.tick(), 500);
    this.watching = typeof ResizeObserver === 'function' ? new ResizeObserver(() => this.fetch()) : null;
    this.watching?.observe(this.scroller);
    this.arrows();
    this.fetch();
  }

  hear(message: ViewMessage): void {
    if (message.kind === 'graph' || message.kind === 'delta') {
      this.clock.set(message.state.now);
      this.stand(message.state.status);
    } else if (message.kind === 'rows') this.tell(message);
  }

  lost(dispatch: number): void {
    for (const row of this.rows) row.lost(this.clock.last);
    this.stand(dispatch);
  }

  dispose(): void {
    clearInterval(this.ticking);
    clearTimeout(this.typing);
    this.watching?.disconnect();
    this.element.remove();
  }

  private search(): HTMLElement {
    const box = h('input', {
      type: 'search',
      class: 'jf-filter',
      placeholder: 'Filter by name, argument, status, worker',
      'aria-label': 'Filter nodes',
      oninput: () => {
        clearTimeout(this.typing);
        this.typing = setTimeout(() => this.look({ filter: box.value }), 150);
      }
    });
    return box;
  }

  private heading(title: string, sort: Sort | null): HTMLElement {
    if (!sort) return h('th', { scope: 'col' }, title);
    const turn = (): void => this.look({ sort, descending: this.sort === sort && !this.descending });
    return h('th', { scope: 'col', 'data-sort': sort }, h('button', { type: 'button', class: 'jf-sort', onclick: turn }, title));
  }

  /** Look at it in another way, from the top. */
  private look(change: { sort?: Sort; descending?: boolean; filter?: string }): void {
    this.sort = change.sort ?? this.sort;
    this.descending = change.descending ?? this.descending;
    this.filter = change.filter ?? this.filter;
    this.at = 0;
    this.scroller.scrollTop = 0;
    this.arrows();
    this.fetch();
  }

  private arrows(): void {
    for (const cell of this.head.querySelectorAll<HTMLElement>('[data-sort]')) {
      const sorted = cell.dataset.sort === this.sort;
      dress(cell, { 'aria-sort': sorted ? (this.descending ? 'descending' : 'ascending') : 'none' });
    }
  }

  /** Ask for the rows that are visible and some around them, unless they are here. */
  private fetch(): void {
    const top = Math.floor(this.scroller.scrollTop / TALL);
    const visible = Math.ceil((this.scroller.clientHeight || 400) / TALL);
    const offset = Math.max(0, Math.floor((top - AHEAD) / AHEAD + 0.5) * AHEAD);
    const limit = Math.ceil((visible + 2 * AHEAD) / AHEAD) * AHEAD;
    const request = { kind: 'table', sort: this.sort, descending: this.descending, filter: this.filter, offset, limit } as const;
    const stamp = JSON.stringify(request);
    if (stamp !== this.asked) this.ask(request);
    this.asked = stamp;
  }

  private tell({ total, offset, rows }: Rows): void {
    this.first = offset;
    this.at = Math.max(0, Math.min(this.at, total - 1));
    if (total !== this.count) say(this.total, total || !this.filter ? many(total, 'node') : 'No node matches.');
    this.count = total;
    dress(this.table, { 'aria-rowcount': total + 1 });
    gap(this.above, offset);
    gap(this.below, total - offset - rows.length);
    this.fit(rows.length);
    rows.forEach((row, i) => this.rows[i]?.show(row, offset + i, offset + i === this.at, this.clock.now(), this.dispatch));
    if (!rows.some((_, i) => offset + i === this.at)) this.rows[0]?.reach(true); // the keyboard can always come in
    if (this.wanted) this.focus();
  }

  private stand(dispatch: number): void {
    this.dispatch = dispatch;
    for (const row of this.rows) row.stand(dispatch);
  }

  /** As many elements as there are rows; those that stay keep the focus. */
  private fit(count: number): void {
    while (this.rows.length > count) this.rows.pop()?.element.remove();
    while (this.rows.length < count) {
      const row = new TableRow(node => this.open(node));
      this.rows.push(row);
      this.below.before(row.element);
    }
  }

  private tick(): void {
    if (this.element.isConnected) for (const row of this.rows) row.tick(this.clock.now());
  }

  private focused(target: EventTarget | null): void {
    const place = this.rows.findIndex(row => target instanceof Node && row.element.contains(target));
    if (place < 0) return;
    this.at = this.first + place;
    this.rows.forEach((row, i) => row.reach(i === place));
  }

  private key(event: KeyboardEvent): void {
    const page = Math.max(1, Math.floor(this.scroller.clientHeight / TALL) - 2);
    const steps: Record<string, number> = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -1e9, End: 1e9 };
    const step = steps[event.key];
    if (step === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    this.at = Math.max(0, Math.min(this.count - 1, this.at + step));
    this.reveal();
    this.focus();
  }

  private reveal(): void {
    const head = this.head.offsetHeight;
    const top = this.at * TALL;
    const { scrollTop, clientHeight } = this.scroller;
    if (top < scrollTop) this.scroller.scrollTop = top;
    else if (top + TALL + head > scrollTop + clientHeight) this.scroller.scrollTop = top + TALL + head - clientHeight;
    this.fetch();
  }

  /** Give the focus to the row the keyboard is at, as soon as it is here. */
  private focus(): void {
    const row = this.rows[this.at - this.first];
    this.wanted = !row;
    row?.focus();
  }
}

function gap(row: HTMLElement, rows: number): void {
  row.hidden = rows <= 0;
  row.style.height = `${Math.max(0, rows) * TALL}px`;
}
