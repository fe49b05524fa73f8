import { Widget } from '@lumino/widgets';
import type { Dispatched } from '../protocol';
import { h, say } from '../view/dom';
import { Resources } from '../view/panes/executors';
import { isRunning } from '../view/text';
import { themed } from '../view/theme';
import { LOAD, loadingCell } from './cells';
import type { Link } from './link';
import type { Links } from './links';
import { DispatchRow, FlowRow, type Acts } from './rows';

export const PANEL = 'jupyter-flow-panel';
const FEW = 10; // dispatches in the list, until a click on More adds
const MORE = 40; // others

export interface PanelActs {
  show(dispatch: string): void;
  flow(): void;
  load(): void;
  runStale(): void;
}

/** The side panel: what the current notebook's kernel runs, has run, and runs on. */
export class FlowPanel extends Widget {
  private readonly rows = new Map<string, DispatchRow>();
  private readonly status = h('p', { class: 'jf-status', role: 'status' });
  private readonly book = h('p', { class: 'jf-book' });
  private readonly list = h('ul', { class: 'jf-dispatches', 'aria-label': 'Dispatches' });
  private readonly troubles = h('div', { class: 'jf-troubles', role: 'alert' });
  private told = ''; // of troubles
  private readonly none = h('p', { class: 'jf-none' }, 'Nothing has been dispatched yet.');
  private readonly more = h('button', { class: 'jf-more', onclick: () => this.ask() }, 'More');
  private readonly flow: FlowRow;
  private readonly stale = h('button', { class: 'jf-stale', onclick: () => this.acts.runStale() });
  private readonly resources = new Resources();
  private readonly live: HTMLElement;
  private readonly absent: HTMLElement;
  private readonly why = h('p');
  private readonly load: HTMLElement;
  private readonly loading = h('button', { class: 'jf-load-cell' });
  private readonly unlisten: () => void;
  private limit = FEW;

  constructor(private readonly links: Links, private readonly acts: PanelActs) {
    super();
    this.id = PANEL;
    this.title.label = 'Flow';
    this.title.caption = 'Dispatches and executors of the current notebook';
    this.addClass('jf-panel');
    this.load = h(
      'div',
      {},
      h('pre', {}, LOAD),
      this.loading
    );
    this.loading.addEventListener('click', () => {
      acts.load();
      this.refresh();
    });
    this.absent = h('div', { class: 'jf-absent' }, this.why, this.load);
    this.flow = new FlowRow(() => acts.flow());
    this.live = h(
      'div',
      {},
      this.flow.element,
      this.stale,
      section('Dispatches', this.troubles, this.none, this.list, this.more),
      section('Executors', this.resources.element)
    );
    themed(this.node).append(this.book, this.status, this.absent, this.live);
    this.unlisten = links.onChange(() => this.refresh());
    this.refresh();
  }

  override dispose(): void {
    this.unlisten();
    super.dispose();
  }

  protected override onAfterShow(): void {
    this.refresh();
  }

  protected override onAfterHide(): void {
    this.refresh();
  }

  private refresh(): void {
    const link = this.links.current;
    const panel = link?.panel;
    for (const [, other] of this.links.all) other.watch(other === link && this.isVisible);
    say(this.book, this.links.book?.title.label ?? '');
    this.live.hidden = !panel;
    this.absent.hidden = !!panel;
    this.load.hidden = link?.state !== 'not loaded';
    if (!this.load.hidden && this.links.book) say(this.loading, loadingCell(this.links.book) ? 'Go to this cell' : 'Insert this cell');
    say(this.why, why(link));
    say(this.status, panel ? (link?.told?.text ?? atWork(panel.dispatches)) : '');
    this.status.classList.toggle('jf-bad', link?.told?.ok === false);
    if (!panel) return;
    this.showRows(panel.dispatches, link);
    this.flow.show(panel.flow);
    this.showTroubles(panel.troubles);
    this.none.hidden = panel.dispatches.length > 0 || panel.troubles.length > 0;
    this.more.hidden = !panel.more;
    this.stale.hidden = !panel.stale;
    say(this.stale, `Run ${panel.stale === 1 ? '1 cell that is' : `${panel.stale} cells that are`} not up to date`);
    this.resources.show(panel.resources, panel.remarks);
  }

  /** Only what is new is read out. */
  private showTroubles(troubles: readonly string[]): void {
    if (this.told === troubles.join('\n')) return;
    this.told = troubles.join('\n');
    this.troubles.replaceChildren(...troubles.map(text => h('p', { class: 'jf-trouble' }, text)));
  }

  private showRows(dispatches: readonly Dispatched[], link: Link): void {
    const acts: Acts = {
      open: dispatch => this.acts.show(dispatch),
      cancel: dispatch => this.links.current?.send({ kind: 'cancel_dispatch', dispatch }),
      resume: dispatch => this.links.current?.send({ kind: 'resume_dispatch', dispatch })
    };
    const wanted = dispatches.map(one => {
      const row = this.rows.get(one.dispatch) ?? new DispatchRow(one.dispatch, acts);
      this.rows.set(one.dispatch, row);
      row.show(one);
      return row.element;
    });
    const ids = new Set(dispatches.map(({ dispatch }) => dispatch));
    for (const id of this.rows.keys()) if (!ids.has(id)) this.rows.delete(id);
    arrange(this.list, wanted);
    this.list.dataset.connection = String(link.connection);
  }

  private ask(): void {
    this.limit += MORE;
    this.links.current?.send({ kind: 'history', limit: this.limit });
  }
}

/** Put these into a list, in order; those that stay in place are not touched. */
function arrange(list: HTMLElement, wanted: readonly HTMLElement[]): void {
  const keep = new Set(wanted);
  for (const child of [...list.children]) if (!keep.has(child as HTMLElement)) child.remove();
  wanted.forEach((element, at) => {
    if (list.children[at] !== element) list.insertBefore(element, list.children[at] ?? null);
  });
}

function section(title: string, ...children: HTMLElement[]): HTMLElement {
  return h('section', { 'aria-label': title }, h('h2', {}, title), ...children);
}

function why(link: Link | null): string {
  if (!link) return 'Open a notebook to see its dispatches.';
  if (link.state === 'no kernel') return 'This notebook has no kernel.';
  return 'jupyter_flow is not loaded in this notebook’s kernel. To load it, run:';
}

function atWork(dispatches: readonly Dispatched[]): string {
  const running = dispatches.filter(({ state }) => isRunning(state.status));
  if (!running.length) return 'nothing is running';
  return running.length === 1 ? `${running[0]?.name} is running` : `${running.length} dispatches are running`;
}
