import type { Answer, Graph } from '../protocol';
import { h, say } from './dom';
import type { PaneRequest } from './panes/pane';
import { isFinal } from './text';

const PATIENCE = 4000; // ms, after which an answer may be lost
const INTERRUPTED = 8;

/** What can be done with all of a dispatch: cancel it; run the rest of one that was interrupted. */
export class Doing {
  readonly cancel = h('button', { type: 'button', class: 'jf-tool jf-cancel', hidden: true }, 'Cancel dispatch');
  readonly resume = h('button', { type: 'button', class: 'jf-tool jf-resume', hidden: true }, 'Resume dispatch');

  constructor(private readonly ask: (request: PaneRequest) => void) {
    this.cancel.addEventListener('click', () => this.do(this.cancel, { kind: 'cancel', node: null }));
    this.resume.addEventListener('click', () => this.do(this.resume, { kind: 'resume' }));
  }

  show({ flow, state, can }: Graph, live: boolean): void {
    say(this.cancel, flow ? 'Cancel all cells' : 'Cancel dispatch');
    const over = isFinal(state.status);
    this.cancel.hidden = over || !can.includes('cancel');
    if (over) this.cancel.disabled = false;
    this.resume.hidden = !live || state.status !== INTERRUPTED || !can.includes('resume');
  }

  answer({ action, ok }: Answer): void {
    if (action === 'cancel') this.cancel.disabled = ok;
    if (action === 'resume') this.resume.disabled = false;
  }

  private do(button: HTMLButtonElement, request: PaneRequest): void {
    button.disabled = true;
    this.ask(request);
    setTimeout(() => (button.disabled = false), PATIENCE);
  }
}
