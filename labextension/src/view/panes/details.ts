import type { Answer, Details, Preview, ViewMessage } from '../../protocol';
import { dress, fill, h, say } from '../dom';
import { duration, isFinal, isRunning, percent, statusWord } from '../text';
import { Actions } from './actions';
import { copyButton } from './copy';
import { mark, tint } from './mark';
import { KernelClock, type Ask, type OpenNode, type Pane } from './pane';
import { button, paneElement } from './section';
import { Sections } from './sections';

export interface DetailsOptions {
  /** Show the graph inside a sublattice. */
  enter?: OpenNode;
  /** It was closed, by its button or Escape. */
  closed?: () => void;
}

/** All about one node. `show` it; it asks for what it needs and is hidden until then. */
export class DetailsPane implements Pane {
  readonly element: HTMLElement;
  private readonly sign = h('span.jf-sign');
  private readonly name = h('h2.jf-node', { tabindex: -1 });
  private readonly status = h('p.jf-status');
  private readonly note = h('p.jf-note');
  private readonly call = h('code.jf-call');
  private readonly bar = h('div.jf-progress', { role: 'progressbar', 'aria-label': 'Progress of the node' }, h('i'));
  private readonly clock = new KernelClock();
  private readonly id: HTMLElement;
  private readonly actions: Actions;
  private readonly sections: Sections;
  private readonly ticking: ReturnType<typeof setInterval>;
  private dispatch = '';
  private whole = 0; // the status of the dispatch
  private node: number | null = null;
  private known: Details | null = null;
  private from: Element | null = null;

  constructor(private readonly ask: Ask, open: OpenNode, private readonly options: DetailsOptions = {}) {
    this.actions = new Actions(ask, node => options.enter?.(node));
    this.sections = new Sections(ask, open, this.clock);
    const close = button('✕', () => this.close(), 'Close node details', 'jf-quiet jf-close');
    this.id = copyButton('dispatch and node id', () => `${this.dispatch}:${this.node}`, 'Copy id');
    this.element = paneElement(
      'details',
      'Node details',
      h('header.jf-head', this.sign, this.name, this.id, close),
      h('div.jf-top', this.status, this.note, this.bar, this.call, this.actions.element),
      this.sections.element
    );
    this.element.hidden = true;
    this.element.addEventListener('keydown', event => this.key(event));
    this.ticking = setInterval(() => this.tick(), 250);
  }

  /** Tell about a node, now and as it changes. With `focus`, the keyboard goes there and comes back on closing. */
  show(node: number, focus = false): void {
    if (this.element.hidden) this.from = document.activeElement;
    if (node !== this.node) this.begin(node);
    this.element.hidden = false;
    if (focus) this.name.focus({ preventScroll: true });
  }

  close(): void {
    if (this.element.hidden) return;
    const inside = this.element.contains(document.activeElement);
    this.element.hidden = true;
    this.node = this.known = null;
    this.ask({ kind: 'select', node: null });
    this.options.closed?.();
    if (inside && this.from instanceof HTMLElement && this.from.isConnected) this.from.focus({ preventScroll: true });
  }

  hear(message: ViewMessage): void {
    if (message.kind === 'details') this.tell(message);
    else if (message.kind === 'preview') this.preview(message);
    else if (message.kind === 'answer') this.answer(message);
    else if (message.kind === 'delta') {
      this.clock.set(message.state.now);
      this.stand(message.state.status);
    } else if (message.kind === 'graph') {
      this.stand(message.state.status);
      this.dispatch = message.dispatch;
      this.id.hidden = message.flow > 0;
      this.actions.executors(message.names);
    }
  }

  /** Nothing can be done either. */
  lost(dispatch: number): void {
    const { known } = this;
    this.stand(dispatch);
    if (!known) return say(this.status, 'The kernel is gone.');
    const now = this.clock.last;
    this.tell({ ...known, ...(isRunning(known.status) ? { status: 8, end: now, progress: null } : {}), now, can: [] });
  }

  dispose(): void {
    clearInterval(this.ticking);
    this.element.remove();
  }

  private stand(dispatch: number): void {
    this.whole = dispatch;
    this.tick();
  }

  private begin(node: number): void {
    this.node = node;
    this.known = null;
    say(this.name, `Node ${node}`);
    say(this.status, 'Loading…');
    say(this.call, '');
    this.note.hidden = true;
    this.sign.replaceChildren();
    this.bar.hidden = true;
    this.actions.clear();
    this.sections.clear();
    this.element.scrollTop = 0;
    this.ask({ kind: 'select', node });
  }

  private tell(details: Details): void {
    if (details.node !== this.node) return;
    this.clock.set(details.now);
    if (this.known?.status !== details.status) this.sign.replaceChildren(mark(details.status));
    this.known = details;
    tint(this.element, details.status);
    fill(this.name, details.name, !details.cell && h('small', ` #${details.node}`));
    say(this.note, details.note);
    this.note.hidden = !details.note;
    say(this.call, details.call);
    this.call.hidden = !details.call;
    this.progress(details);
    this.actions.show(details);
    this.sections.show(details);
    this.tick();
  }

  private progress({ progress, status }: Details): void {
    this.bar.hidden = progress === null || isFinal(status);
    if (progress === null) return;
    dress(this.bar, { 'aria-valuenow': Math.round(progress * 100), 'aria-valuetext': percent(progress) });
    if (this.bar.firstElementChild instanceof HTMLElement) this.bar.firstElementChild.style.width = percent(progress).replace(' ', '');
  }

  private tick(): void {
    if (!this.known || this.element.hidden) return;
    say(this.status, statusLine(this.known, this.whole, this.clock.now()));
    this.sections.tick();
  }

  private preview(preview: Preview): void {
    if (preview.node === this.node) this.sections.preview(preview);
  }

  private answer(answer: Answer): void {
    if (!this.element.hidden) this.actions.answer(answer);
  }

  private key(event: KeyboardEvent): void {
    if (event.key !== 'Escape') return;
    event.stopPropagation();
    this.close();
  }
}

function statusLine(details: Details, dispatch: number, now: number): string {
  const { status, start, end, cached, progress } = details;
  const word = statusWord(status, dispatch);
  const parts = [cached ? `${word}, taken over` : word]; // from where, the section says
  if (start !== null) parts.push(duration((end ?? (isFinal(status) ? start : now)) - start));
  if (progress !== null && isRunning(status)) parts.push(percent(progress));
  if (details.attempts.length > 1) parts.push(`attempt ${details.attempts.length}`);
  return parts.join(' · ');
}
