import type { Answer, Details } from '../../protocol';
import { fill, h, offer, say, type Child } from '../dom';
import { copy } from './copy';
import type { Ask, OpenNode } from './pane';
import { button } from './section';

/** What can be done with a node, and what came of it. */
export class Actions {
  readonly element: HTMLElement;
  private readonly row = h('div.jf-actions');
  private readonly told = h('p.jf-told', { 'aria-live': 'polite' });
  private readonly asked = new Set<string>();
  private names: string[] = [];
  private known = '';

  constructor(private readonly ask: Ask, private readonly enter: OpenNode) {
    this.element = h('div', this.row, this.told);
  }

  /** The executors that can be assigned. */
  executors(names: string[]): void {
    this.names = names;
  }

  clear(): void {
    this.known = '';
    this.asked.clear();
    this.row.replaceChildren();
    this.told.textContent = '';
  }

  show({ node, name, can, assigned, where, cell, dispatch }: Details): void {
    const stamp = JSON.stringify([node, name, can, assigned, where.executor, this.names, cell, dispatch]);
    if (stamp === this.known) return;
    this.known = stamp;
    fill(
      this.row,
      cell && button('Go to its cell', () => this.go(cell)),
      dispatch && button('Show its dispatch', () => this.look(dispatch)),
      can.includes('enter') && button(cell ? 'Enter its calls' : 'Enter sublattice', () => this.enter(node)),
      can.includes('cancel') && button(cell ? 'Cancel cell' : 'Cancel node', () => this.do('cancel', node)),
      can.includes('rerun') && button('Run again from here', () => this.do('rerun', node)),
      can.includes('debug') && button('Debug in a new cell', () => this.do('debug', node)),
      can.includes('assign') && this.assigning(node, name, assigned, where.executor)
    );
  }

  /** What came of an action that was begun here. */
  answer({ action, ok, text, code, dispatch }: Answer): void {
    if (!this.asked.delete(action)) return;
    this.told.classList.toggle('jf-bad', !ok);
    say(this.told, text);
    if (code) void this.insert(code);
    if (dispatch) this.told.append(' ', button('Show it', () => offer('show', { dispatch })));
  }

  private go(cell: string): void {
    if (!offer('show-cell', { cell })) say(this.told, 'Only JupyterLab and Notebook 7 can go there from here.');
  }

  private look(dispatch: string): void {
    if (!offer('show', { dispatch })) say(this.told, `In a cell: %graph ${dispatch.split('-')[0]}`);
  }

  private do(kind: 'cancel' | 'rerun' | 'debug', node: number): void {
    this.asked.add(kind);
    say(this.told, '');
    this.ask({ kind, node });
  }

  private assigning(node: number, name: string, assigned: string, now: string): Child {
    const names = [...new Set([...this.names, ...(assigned ? [assigned] : [])])];
    const choice = h('select.jf-select', { 'data-key': 'executor' },
      h('option', { value: '' }, now ? `as it was: ${now}` : 'as it was'),
      names.map(one => h('option', { value: one, selected: one === assigned }, one))
    );
    const all = h('input', { type: 'checkbox', 'data-key': 'all' });
    const assign = (): void => {
      this.asked.add('assign');
      this.ask({ kind: 'assign', node, all: all.checked, executor: choice.value });
    };
    return h('div.jf-assign',
      h('label', 'Executor in the next run ', choice),
      h('label.jf-check', all, ` all calls of ${name}`),
      button('Assign', assign)
    );
  }

  private async insert(code: string): Promise<void> {
    if (offer('insert-cell', { code })) return;
    const done = await copy(code);
    say(this.told, done ? 'The code is on the clipboard: paste it into a new cell.' : 'The code could not be copied.');
    if (!done) this.told.append(h('pre.jf-printed', { tabindex: 0 }, code));
  }
}
