import type { Channel } from '../channel';
import type { Answer, Delta, Graph, Group, Pane, ViewMessage, ViewRequest } from '../protocol';
import { Awaiting } from './awaiting';
import { Beside } from './beside';
import { Doing } from './doing';
import { fill, h, say } from './dom';
import { height } from './graph/camera';
import { GraphCanvas } from './graph/graph';
import { Keeper } from './keeping';
import { Legend } from './legend';
import { abandoned } from './lost';
import type { Panes } from './panes/all';
import type { PaneRequest } from './panes/pane';
import { Progress } from './progress';
import { Saver } from './saving';
import { Search } from './search';
import { Silence } from './silence';
import { isRunning } from './text';
import { onTheme, themed } from './theme';
import { Toolbar } from './toolbar';
import { folds, trail } from './trail';

export interface ViewOptions {
  /** Whose graph; left out where the channel belongs to one dispatch. */
  dispatch?: string;
  /** Of the graph, in pixels; else as high as it needs, within bounds. */
  height?: number;
  /** The kernel is gone; this was shown. */
  lost?: (graph: Graph) => void;
}

/** The whole view of a dispatch: toolbar, progress, graph, panes. */
export class View {
  readonly id = `v${Math.random().toString(36).slice(2)}${Date.now().toString(36)}`;
  private readonly progress = new Progress();
  private readonly legend = new Legend();
  private readonly crumbs = h('nav', { class: 'jf-crumbs', 'aria-label': 'Sublattices' });
  private readonly heard = h('div', { class: 'jf-unseen', 'aria-live': 'polite' }); // what is walked to
  private readonly told = h('div', { class: 'jf-told jf-answer', 'aria-live': 'polite' });
  private readonly folds = h('div', { class: 'jf-folds' });
  private readonly middle = h('div', { class: 'jf-middle' });
  private readonly saver = new Saver(dark => this.ask({ kind: 'export', dark }), text => this.remark(text, false));
  private readonly doing = new Doing(request => this.ask(request));
  private readonly keeper: Keeper;
  private readonly search: Search;
  private readonly tools: Toolbar;
  private readonly graph: GraphCanvas;
  private readonly beside: Beside;
  private readonly root: HTMLElement;
  private readonly endings: (() => void)[];
  shown: Graph | null = null; // as it is now
  private kernel: 'unknown' | 'here' | 'gone' = 'unknown'; // here: what is shown came by the channel
  private dispatch: string | undefined; // left out: that of the channel
  private seq = 0;
  private readonly awaiting = new Awaiting(
    () => this.ask({ kind: 'resync' }),
    () => this.kernel !== 'here' && this.lost() // a picture that was saved, of what ran then
  );
  private readonly silence = new Silence(() => this.ask({ kind: 'resync' }));

  constructor(
    host: HTMLElement,
    private readonly channel: Channel,
    panes: () => Promise<Panes>,
    private readonly options: ViewOptions = {}
  ) {
    this.search = new Search(
      text => this.ask({ kind: 'search', text }),
      boxes => this.graph.mark(boxes),
      box => this.graph.go(box),
      (node, box) => this.reveal(node, box)
    );
    this.graph = new GraphCanvas({
      select: (node, byKey) => this.select(node, byKey),
      open: node => this.draw({ opened: [...(this.shown?.opened ?? []), node] }),
      close: ({ group }) => this.fold(group),
      enter: node => this.enter([...this.path(), node]),
      leave: () => this.path().length && this.enter(this.path().slice(0, -1)),
      announce: text => say(this.heard, text),
    });
    this.beside = new Beside(this.middle, {
      panes,
      ask: request => this.ask(request),
      open: node => this.select(node, false, true),
      enter: node => this.enter([...this.path(), node]),
      closed: () => this.graph.select(null),
      missing: () => this.missing(),
    });
    this.tools = new Toolbar(
      {
        by: by => this.draw({ by }),
        turn: orientation => this.draw({ orientation }),
        fit: () => this.graph.fit(),
        pane: pane => this.toggle(pane),
        save: what => this.saver.want(what),
      },
      this.search.element
    );
    this.dispatch = options.dispatch;
    this.root = themed(this.built());
    host.append(this.root);
    this.keeper = new Keeper(this.root, () => this.ask({ kind: 'export', dark: null }));
    if (this.options.height) this.graph.element.style.height = `${this.options.height}px`;
    this.endings = [channel.listen(message => this.hear(message)), onTheme(() => this.graph.repaint())];
    this.open();
  }

  /** Shows a picture that was saved, until the kernel tells a newer one. */
  restore(graph: Graph): void {
    if (this.kernel !== 'here') this.show(graph);
  }

  dispose(): void {
    for (const waits of [this.awaiting, this.silence]) waits.end();
    this.tell({ kind: 'close', view: this.id });
    for (const end of this.endings) end();
    for (const part of [this.keeper, this.beside, this.graph, this.search, this.progress]) part.dispose();
    this.root.remove();
  }

  // what it is made of ----------------------------------------------------------------------------

  private built(): HTMLElement {
    const { progress, crumbs, doing, graph, legend, middle } = this;
    middle.append(h('div', { class: 'jf-plot' }, graph.element, this.folds, legend.element));
    return h(
      'div',
      { class: 'jf-view', 'data-lm-suppress-shortcuts': 'true' },
      h('header', { class: 'jf-headline' }, progress.sign, crumbs, progress.line, progress.heard, doing.cancel, doing.resume),
      progress.element,
      this.tools.element,
      this.told,
      middle,
      this.beside.below,
      this.heard
    );
  }

  // the kernel ------------------------------------------------------------------------------------

  private ask(request: PaneRequest): void {
    this.tell({ ...request, view: this.id } as ViewRequest);
  }

  private tell(request: ViewRequest): void {
    try {
      this.channel.send(request);
    } catch {
      // There is no kernel: what is shown stays.
    }
  }

  /** The kernel is gone: what is shown stays, and no longer says that it runs. A picture that comes undoes this. */
  lost(): void {
    const { shown, kernel } = this;
    if (!shown || kernel === 'gone') return;
    this.kernel = 'gone';
    for (const waits of [this.awaiting, this.silence]) waits.end();
    if (isRunning(shown.state.status)) {
      Object.assign(shown, abandoned(shown, kernel === 'here'));
      this.root.classList.add('jf-lost');
      this.graph.apply(shown.tallies, shown.times);
    }
    this.state();
    this.beside.lost(shown.state.status);
    this.options.lost?.(shown);
  }

  private open(): void {
    const { dispatch } = this;
    this.ask(dispatch === undefined ? { kind: 'open' } : { kind: 'open', dispatch });
    this.awaiting.begin();
  }

  private hear(message: ViewMessage): void {
    if (message.view !== this.id) return;
    if (message.kind === 'graph') this.show(message, true);
    else if (message.kind === 'delta') this.change(message);
    else if (message.kind === 'found') this.search.hear(message);
    else if (message.kind === 'answer') this.answer(message);
    else if (message.kind === 'drawing' && !this.keeper.hear(message)) void this.saver.hear(message, this.shown?.title ?? '');
    this.beside.hear(message);
  }

  private show(graph: Graph, live = false): void {
    if (live) {
      this.awaiting.end();
      this.kernel = 'here';
      this.seq = graph.seq;
      this.root.classList.remove('jf-lost');
    }
    const before = this.shown;
    this.shown = graph;
    if (before && before.flow !== graph.flow) this.beside.close(); // its node has another number
    if (!before && !this.options.height) this.graph.element.style.height = `${height(graph, this.graph.element.clientWidth)}px`;
    this.graph.show(graph);
    this.tools.show(graph, this.beside.visible);
    this.beside.show(graph, live);
    fill(this.crumbs, trail(graph, path => this.enter(path)));
    fill(this.folds, folds(graph, group => this.fold(group)));
    this.state();
    if (live) before ? this.search.again() : this.beside.preload();
  }

  private change(delta: Delta): void {
    if (delta.seq <= this.seq) return;
    if (delta.seq !== this.seq + 1 || !this.shown) {
      this.seq = Infinity; // until the whole picture comes
      this.ask({ kind: 'resync' });
      this.awaiting.begin();
      return;
    }
    this.seq = delta.seq;
    this.shown.state = delta.state;
    this.shown.times = delta.times;
    for (const tally of delta.tallies) this.shown.tallies[tally.group] = tally;
    this.graph.apply(delta.tallies, delta.times);
    this.state();
  }

  private answer(answer: Answer): void {
    const { action, ok, text, dispatch } = answer;
    if (!['cancel', 'export', 'resume'].includes(action)) return;
    this.doing.answer(answer);
    if (!this.beside.tells || action !== 'cancel') this.remark(text, ok);
    if (action === 'resume' && dispatch) this.go(dispatch);
  }

  /** Look at another dispatch, which goes on where this one was interrupted. */
  private go(dispatch: string): void {
    this.dispatch = dispatch;
    this.beside.close();
    this.open();
  }

  // what is seen ----------------------------------------------------------------------------------

  private state(): void {
    const graph = this.shown!;
    this.progress.show(graph.state);
    this.legend.show(graph, graph.state);
    this.doing.show(graph, this.kernel === 'here');
    if (this.kernel !== 'here') return;
    this.silence.heard(isRunning(graph.state.status));
    if (graph.dispatch) this.keeper.show(graph.state);
  }

  private remark(text: string, ok: boolean): void {
    this.told.classList.toggle('jf-bad', !ok);
    say(this.told, text);
  }

  // what people do --------------------------------------------------------------------------------

  private path(): number[] {
    return (this.shown?.crumbs ?? []).flatMap(({ node }) => (node === null ? [] : [node]));
  }

  /** Ask for another picture. */
  private draw(change: Partial<Pick<Graph, 'by' | 'orientation' | 'opened'>>, path = this.path()): void {
    if (!this.shown) return;
    const { by, orientation, opened } = { ...this.shown, ...change };
    this.ask({ kind: 'show', by, orientation, opened, path });
    this.awaiting.begin(1);
  }

  private enter(path: number[]): void {
    this.beside.close();
    this.draw({ opened: [] }, path);
  }

  private fold({ family }: Group): void {
    const { opened, groups } = this.shown!;
    const members = new Set(groups.filter(group => group.family === family).map(group => group.first));
    this.draw({ opened: opened.filter(node => !members.has(node)) });
  }

  private reveal(node: number, box: number): void {
    const { groups, opened } = this.shown!;
    if (groups[box]!.count > 1) this.draw({ opened: [...opened, groups[box]!.first] });
    this.select(node, false);
  }

  private select(node: number, byKey: boolean, sought = false): void {
    this.graph.select(node, sought);
    this.beside.select(node, byKey);
  }

  private toggle(name: Pane): void {
    this.beside.toggle(name);
    if (this.shown) this.tools.show(this.shown, this.beside.visible);
  }

  private missing(): void {
    this.graph.select(null);
    if (this.shown) this.tools.show(this.shown, this.beside.visible);
    this.remark('More than the graph is told by the kernel, which does not answer.', false);
    this.ask({ kind: 'resync' }); // a connection that was lost may be there again
  }
}
