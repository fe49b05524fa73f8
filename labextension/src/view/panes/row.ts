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
  private stood = ''; // node and dispatch

  constructor(open: OpenNode) {
    const { number, name, argument, status, executor, worker, start, seconds, attempts } = this;
    const heading = h('th', { scope: 'row' }, name, ' ', argument);
    this.element = h('tr', number, heading, status, executor, worker, start, seconds, attempts);
    this.element.addEventListener('click', () => this.known && open(this.known.node));
  }

  /** `dispatch` is the status of the whole. */
  show(row: Row, index: number, reached: boolean, now: number, dispatch: number): void {
    const { node, name, argument, executor, resource, worker, start, attempts } = row;
    this.known = row;
    this.stand(dispatch);
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

  /** How it stands, in a dispatch of this status. */
  stand(dispatch: number): void {
    if (!this.known) return;
    const { status } = this.known;
    if (this.stood === `${status} ${dispatch}`) return;
    this.stood = `${status} ${dispatch}`;
    this.status.replaceChildren(badge(status, dispatch));
  }

  /** The kernel is gone. */
  lost(now: number): void {
    const { known } = this;
    if (!known || !isRunning(known.status)) return;
    const { start } = known;
    this.known = { ...known, status: 8, seconds: start === null ? null : now - start };
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
