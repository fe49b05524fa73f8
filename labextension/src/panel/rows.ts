import type { Dispatched, State } from '../protocol';
import { h, say } from '../view/dom';
import { mark, tint } from '../view/panes/mark';
import { clock, duration, isFinal, isRunning, statusWord } from '../view/text';

const INTERRUPTED = 8;
const SHOWN = [4, 3, 5, 6, 7, 8]; // statuses in the bar, in order: done first

export interface Acts {
  open(dispatch: string): void;
  cancel(dispatch: string): void;
  resume(dispatch: string): void;
}

/** A dispatch in the list: changed in place, so that a focus and a pointer stay where they are. */
export class DispatchRow {
  readonly element: HTMLLIElement;
  private readonly sign = h('span', { class: 'jf-sign' });
  private readonly name = h('span', { class: 'jf-who' });
  private readonly words = h('span', { class: 'jf-words' });
  private readonly bar = h('div', { class: 'jf-progress', role: 'progressbar', 'aria-valuemin': 0 });
  private readonly cancel: HTMLButtonElement;
  private readonly resume: HTMLButtonElement;
  private readonly open: HTMLButtonElement;
  private status = -1;

  constructor(dispatch: string, acts: Acts) {
    this.open = h('button', { class: 'jf-open', onclick: () => acts.open(dispatch) }, this.sign, this.name, this.words);
    this.cancel = h('button', { class: 'jf-cancel', onclick: () => acts.cancel(dispatch) }, 'Cancel');
    this.resume = h('button', { class: 'jf-resume', onclick: () => acts.resume(dispatch) }, 'Resume');
    const parts = [this.open, this.cancel, this.resume, this.bar];
    this.element = h('li', { class: 'jf-dispatch', 'data-dispatch': dispatch }, parts);
  }

  show({ dispatch, name, state, total, here }: Dispatched): void {
    const running = isRunning(state.status);
    const done = state.counts.reduce((sum, count, status) => sum + (isFinal(status) ? count : 0), 0);
    if (this.status !== state.status) {
      this.sign.replaceChildren(mark(state.status));
      this.status = state.status;
      this.element.dataset.status = statusWord(state.status);
    }
    say(this.name, name);
    const counted = here || !running || state.counts.some(count => count > 0); // another kernel's are counted now and then
    const far = counted ? words(state, done, total) : 'running';
    say(this.words, running && !here ? `${far} · in another kernel` : far);
    this.open.title = `${dispatch}\n${statusWord(state.status)}, began ${clock(state.started)}\nShow its graph`;
    this.open.setAttribute('aria-label', `${name}: ${statusWord(state.status)}${counted ? `, ${done} of ${total}` : ''}. Show its graph`);
    this.cancel.setAttribute('aria-label', `Cancel ${name}`);
    this.cancel.hidden = !running;
    this.resume.setAttribute('aria-label', `Resume ${name}`);
    this.resume.title = `Run what is left of it: %dispatch --resume ${dispatch.split('-')[0]}`;
    this.resume.hidden = state.status !== INTERRUPTED;
    this.cancel.title = here ? '' : 'It runs in another kernel';
    this.bar.hidden = !running || !counted || total < 2;
    this.bar.setAttribute('aria-valuemax', String(total));
    this.bar.setAttribute('aria-valuenow', String(done));
    this.bar.setAttribute('aria-label', `${done} of ${total} electrons of ${name}`);
    if (!this.bar.hidden) this.fill(state.counts, total);
  }

  private fill(counts: readonly number[], total: number): void {
    const parts = SHOWN.filter(status => counts[status]);
    while (this.bar.children.length > parts.length) this.bar.lastChild?.remove();
    while (this.bar.children.length < parts.length) this.bar.append(h('i'));
    parts.forEach((status, at) => {
      const part = this.bar.children[at] as HTMLElement;
      part.style.width = `${((counts[status] ?? 0) / Math.max(1, total)) * 100}%`;
      part.classList.toggle('jf-under-way', isRunning(status));
      tint(part, status);
    });
  }
}

/** The notebook's own electron cells: a click shows them as a graph. */
export class FlowRow {
  readonly element: HTMLElement;
  private readonly sign = h('span', { class: 'jf-sign' });
  private readonly words = h('span', { class: 'jf-words' });
  private readonly open: HTMLButtonElement;
  private status = -1;

  constructor(open: () => void) {
    const name = h('span', { class: 'jf-who' }, 'Flow of this notebook');
    this.open = h('button', { class: 'jf-open', title: 'Show the electron cells as a graph', onclick: open }, this.sign, name, this.words);
    this.element = h('div', { class: 'jf-dispatch jf-own' }, this.open);
  }

  show(state: State | null): void {
    this.element.hidden = !state;
    if (!state) return;
    if (this.status !== state.status) this.sign.replaceChildren(mark(state.status));
    this.status = state.status;
    say(this.words, state.text);
    this.open.setAttribute('aria-label', `Flow of this notebook: ${state.text}. Show its graph`);
  }
}

/** A time as short as it is of use in a list; the tooltip has the rest. */
function minute(time: number): string {
  return clock(time).slice(0, -3);
}

function words({ status, counts, started, ended, rate, left }: Dispatched['state'], done: number, total: number): string {
  if (!isRunning(status)) {
    const took = ended ? ` · ${duration(ended - started)}` : '';
    return `${statusWord(status)}${took} · ${minute(ended ?? started)}`;
  }
  const failed = counts[5] ?? 0;
  return [
    `${done}/${total}`,
    failed ? `${failed} failed` : '',
    rate && rate >= 1 ? `${Math.round(rate)}/s` : '',
    left ? `${left < 1 ? '< 1 s' : duration(left)} left` : ''
  ]
    .filter(Boolean)
    .join(' · ');
}
