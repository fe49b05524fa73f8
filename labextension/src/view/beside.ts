import type { Graph, Pane as PaneName, ViewMessage } from '../protocol';
import { h } from './dom';
import type { Panes } from './panes/all';
import type { DetailsPane } from './panes/details';
import type { Ask, OpenNode, Pane } from './panes/pane';
import { intoView } from './scroll';

/** What the panes ask of their view. */
export interface BesideEvents {
  panes(): Promise<Panes>;
  ask: Ask;
  open: OpenNode;
  enter: OpenNode;
  closed(): void;
  missing(): void; // the panes have not come
}

const PATIENCE = 4000; // ms
const FIRST = { table: 'rows', timeline: 'timeline', executors: 'executors' } as const; // what a pane has to show

/** The panes of a view: the details of a node beside the graph, others below. Made when they are first wanted. */
export class Beside {
  readonly below = h('div', { class: 'jf-below' });
  readonly visible = new Set<PaneName>();
  private readonly panes = new Map<PaneName, Pane>();
  private details: DetailsPane | null = null;
  private kinds: Panes | null = null;
  private comes = false; // the panes were asked for
  private graph: Graph | null = null;
  private wanted: { node: number; focus: boolean } | null = null;
  private told: number | null = null; // the node that is shown
  private fresh = false; // what is shown of it has not come: it is scrolled to when it has
  private shown: PaneName | null = null; // the same of a pane
  private waiting: ReturnType<typeof setTimeout> | undefined;
  private over = false;
  private gone = false; // the kernel is

  /** `middle` is where the graph is. */
  constructor(private readonly middle: HTMLElement, private readonly events: BesideEvents) {}

  /** Whether the details of a node are open. */
  get tells(): boolean {
    return this.details !== null && !this.details.element.hidden;
  }

  /** Get what will be needed, when the page has nothing else to do. */
  preload(): void {
    if (typeof requestIdleCallback === 'function') requestIdleCallback(() => this.load(), { timeout: 2000 });
    else setTimeout(() => this.load(), 500);
  }

  private load(): void {
    if (this.kinds || this.comes || this.over) return;
    this.comes = true;
    void this.events.panes().then(
      kinds => this.arrived(kinds),
      () => this.missing()
    );
  }

  select(node: number, focus: boolean): void {
    this.wanted = { node, focus };
    this.want();
  }

  close(): void {
    this.wanted = null;
    this.details?.close();
  }

  toggle(name: PaneName): void {
    if (!this.visible.delete(name)) {
      this.visible.add(name);
      this.shown = name;
    }
    this.want();
  }

  /** The kernel is gone; the status of the whole is now this. */
  lost(dispatch: number): void {
    this.gone = true;
    for (const pane of [this.details, ...this.panes.values()]) pane?.lost(dispatch);
  }

  /** Another picture is shown; `live`: a kernel has told it. */
  show(graph: Graph, live: boolean): void {
    this.graph = graph;
    if (live) this.gone = false;
  }

  hear(message: ViewMessage): void {
    this.details?.hear(message);
    for (const [name, pane] of this.panes) {
      pane.hear(message);
      if (name !== this.shown || message.kind !== FIRST[name]) continue;
      this.shown = null;
      intoView(pane.element);
    }
    if (this.fresh && message.kind === 'details' && message.node === this.told) {
      this.fresh = false;
      intoView(this.details!.element);
    }
  }

  dispose(): void {
    this.over = true;
    clearTimeout(this.waiting);
    for (const pane of this.panes.values()) pane.dispose();
    this.details?.dispose();
  }

  private want(): void {
    if (this.gone) return this.refuse();
    if (this.kinds) return this.update();
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => this.missing(), PATIENCE);
    this.comes = false; // an answer may have been lost
    this.load();
  }

  /** Nobody tells more: what was told can be looked at. */
  private refuse(): void {
    const unknown = [...this.visible].filter(name => !this.panes.has(name));
    const vain = unknown.length > 0 || (this.wanted !== null && this.wanted.node !== this.told);
    for (const name of unknown) this.visible.delete(name);
    if (vain) this.wanted = this.shown = null;
    if (this.kinds) this.update();
    if (vain) this.events.missing();
  }

  private missing(): void {
    if (this.kinds || this.over) return;
    this.comes = false;
    if (!this.wanted && !this.visible.size) return;
    this.wanted = this.shown = null;
    this.visible.clear();
    this.events.missing();
  }

  private arrived(kinds: Panes): void {
    if (this.kinds || this.over) return;
    clearTimeout(this.waiting);
    const { ask, open, enter } = this.events;
    this.kinds = kinds;
    this.details = new kinds.details(ask, open, { enter, closed: () => this.closed() });
    if (this.graph) this.details.hear(this.graph);
    this.middle.append(this.details.element);
    if (this.wanted || this.visible.size) this.update();
  }

  private update(): void {
    if (this.wanted) this.tell(this.wanted.node, this.wanted.focus);
    for (const name of this.visible) if (!this.panes.has(name)) this.make(name);
    for (const [name, pane] of this.panes) pane.element.hidden = !this.visible.has(name);
    if (this.panes.size) this.events.ask({ kind: 'watch', panes: [...this.visible] });
    if (this.shown) intoView(this.panes.get(this.shown)!.element);
  }

  private tell(node: number, focus: boolean): void {
    this.fresh = node !== this.told;
    this.told = node;
    this.wanted = null;
    this.details!.show(node, focus);
    intoView(this.details!.element);
  }

  private closed(): void {
    this.told = null;
    this.fresh = false;
    this.events.closed();
  }

  private make(name: PaneName): void {
    const { ask, open } = this.events;
    const pane = new this.kinds![name](ask, open);
    if (this.graph) pane.hear(this.graph);
    this.panes.set(name, pane);
    this.below.append(pane.element);
  }
}
