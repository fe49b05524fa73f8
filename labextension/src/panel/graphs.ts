import type { JupyterFrontEnd } from '@jupyterlab/application';
import { Widget } from '@lumino/widgets';
import { h } from '../view/dom';
import { PANES } from '../view/panes/all';
import { View } from '../view/view';
import type { Link } from './link';

/** Stands for the notebook's own graph where a dispatch could stand. */
export const FLOW = 'flow';

/** A tab with one dispatch's graph, over the link of the notebook that it was asked for in. */
class GraphTab extends Widget {
  private view: View | null = null;
  private readonly host = h('div', { class: 'jf-graph-host' });
  private readonly absent = h('p', { class: 'jf-absent' }, 'The kernel that knows this dispatch is not there.');
  private readonly unlisten: () => void;
  private connection = 0;

  constructor(id: string, private readonly link: Link, private readonly dispatch: string) {
    super();
    this.id = id;
    this.title.closable = true;
    this.addClass('jf-graph-tab');
    this.node.append(this.absent, this.host);
    this.unlisten = link.onChange(() => this.follow());
    this.follow();
  }

  override dispose(): void {
    if (this.isDisposed) return;
    this.unlisten();
    this.view?.dispose();
    super.dispose();
  }

  protected override onActivateRequest(): void {
    this.node.querySelector<HTMLElement>('button, [tabindex="0"]')?.focus();
  }

  /** A view of an earlier connection hears no more: it begins anew. */
  private follow(): void {
    const known = this.link.panel?.dispatches.find(({ dispatch }) => dispatch === this.dispatch);
    const flow = this.dispatch === FLOW;
    this.title.label = flow ? 'Flow' : known?.name ?? (this.title.label || this.dispatch.slice(0, 8));
    this.title.caption = flow ? `The electron cells of ${this.link.name}` : `Dispatch ${this.dispatch}`;
    this.absent.hidden = this.link.connection > 0 || this.view !== null;
    if (this.link.connection === 0) this.view?.lost();
    if (this.link.connection === 0 || this.link.connection === this.connection) return;
    this.connection = this.link.connection;
    this.view?.dispose();
    this.host.replaceChildren();
    this.view = new View(this.host, this.link.channel, () => Promise.resolve(PANES), flow ? {} : { dispatch: this.dispatch });
  }
}

/** The tabs with graphs: in the main area of Lab, below the notebook in Notebook, which has no other place. */
export class Graphs {
  constructor(private readonly app: JupyterFrontEnd, private readonly area: 'main' | 'down') {}

  show(link: Link, dispatch: string): void {
    const id = `jupyter-flow-graph-${dispatch === FLOW ? `${FLOW}-${link.number}` : dispatch}`;
    const open = [...this.app.shell.widgets(this.area)].find(widget => widget.id === id);
    if (!open) this.app.shell.add(new GraphTab(id, link, dispatch), this.area, { mode: 'split-bottom' });
    this.app.shell.activateById(id);
  }
}
