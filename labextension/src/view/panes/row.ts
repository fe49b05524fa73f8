import type { Row } from '../../protocol';
import { dress, h, say } from '../dom';
import { clock, duration, isRunning } from '../text';
import { badge } from './mark';
import type { OpenNode } from './pane';

/** One row of the table; its element shows one node after the other. */
export class TableRow {
  readonly element: HTMLElement;
  private readonly number = h('td.jf-number');
  private readonly name = h('button', { type: 'button', class: 'jf-open', tabindex: -1 });
  private readonly argument = h('span.jf-argument');
  private readonly status = h('td');
  private readonly executor = h('td');
  private readonly worker = h('td');
  private readonly start = h('td.jf-number');
  private readonly seconds = h('td.jf-number');
  private readonly attempts = h('td.jf-number');
  private known: Row | null = null;

  constructor(open: OpenNode) {
    const { number, name, argument, status, executor, worker, start, seconds, attempts } = this;
    const heading = h('th', { scope: 'row' }, name, ' ', argument);
    this.element = h('tr', number, heading, status, executor, worker, start, seconds, attempts);
    this.element.addEventListener('click', () => this.known && open(this.known.node));
  }

  show(row: Row, index: number, reached: boolean, now: number): void {
    const { node, name, argument, status, executor, resource, worker, start, attempts } = row;
    if (this.known?.status !== status) this.status.replaceChildren(badge(status));
    this.known = row;
    dress(this.element, { 'aria-rowindex': index + 2 });
    say(this.number, String(node));
    say(this.name, name);
    say(this.argument, argument);
    say(this.executor, executor);
    dress(this.executor, { title: resource && `${executor} on ${resource}` });
    say(this.worker, worker);
    say(this.start, start === null ? '' : clock(start));
    say(this.attempts, attempts > 1 ? String(attempts) : '');
    this.reach(reached);
    this.tick(now);
  }

  tick(now: number): void {
    if (!this.known) return;
    const { status, start, seconds } = this.known;
    const shown = isRunning(status) && start !== null ? now - start : seconds;
    say(this.seconds, shown === null ? '' : duration(shown));
  }

  /** Whether the tabulator key comes here. */
  reach(reached: boolean): void {
    this.name.tabIndex = reached ? 0 : -1;
  }

  focus(): void {
    this.name.focus({ preventScroll: true });
  }
}
