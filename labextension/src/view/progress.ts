import type { State } from '../protocol';
import { dress, h, say } from './dom';
import { mark, tint } from './panes/mark';
import { KernelClock } from './panes/pane';
import { duration, grouped, isFinal, isRunning } from './text';

const PARTS = [4, 10, 3, 7, 6, 8, 5]; // statuses in the order of the bar: completed, running, what went wrong
const QUIET = 2000; // ms between two lines that are read aloud and only count further

/** A dispatch at a glance: its mark, a line of words, the same read aloud now and then, a bar, counts and the time. */
export class Progress {
  readonly sign = h('span', { class: 'jf-sign' });
  readonly line = h('span', { class: 'jf-line-of-status', 'aria-hidden': 'true' });
  readonly heard = h('span', { class: 'jf-unseen', role: 'status', 'aria-live': 'polite' });
  private readonly segments = PARTS.map(status => {
    const segment = h('i', { class: isRunning(status) && 'jf-under-way' });
    tint(segment, status);
    return segment;
  });
  private readonly bar = h('div', { class: 'jf-bar-of-states', role: 'progressbar', 'aria-label': 'Progress' }, this.segments);
  private readonly figures = h('span', { class: 'jf-figures' });
  readonly element = h('div', { class: 'jf-done', hidden: true }, this.bar, this.figures);
  private readonly clock = new KernelClock();
  private state: State | null = null;
  private said = 0; // when something was last read aloud, in ms
  private grave = ''; // what is told at once
  private timer: ReturnType<typeof setTimeout> | undefined;
  private readonly ticking = setInterval(() => this.tick(), 500);

  show(state: State): void {
    const turned = state.status !== this.state?.status;
    this.state = state;
    this.clock.set(state.now);
    if (turned) this.sign.replaceChildren(mark(state.status));
    tint(this.line, state.status);
    say(this.line, state.text);
    this.tell(this.turns(state));
    this.fill(state);
    this.tick();
  }

  /** Nothing is known any more of how it goes on. */
  stop(text: string): void {
    clearTimeout(this.timer);
    this.state = null;
    say(this.line, text);
    say(this.heard, text);
  }

  dispose(): void {
    clearInterval(this.ticking);
    clearTimeout(this.timer);
  }

  /** Whether something else happened than that it goes on. */
  private turns({ status, counts, left }: State): boolean {
    const before = this.grave;
    this.grave = JSON.stringify([status, counts.slice(5), left !== null]);
    return this.grave !== before;
  }

  private tell(now: boolean): void {
    clearTimeout(this.timer);
    const wait = this.said + QUIET - Date.now();
    if (!now && wait > 0) {
      this.timer = setTimeout(() => this.tell(true), wait);
    } else if (this.state) {
      this.said = Date.now();
      say(this.heard, this.state.text);
    }
  }

  private fill({ counts, status }: State): void {
    const total = counts.reduce((sum, count) => sum + count, 0);
    const done = counts.slice(4).reduce((sum, count) => sum + count, 0);
    this.element.hidden = !total || (status === 0 && !done);
    dress(this.bar, { 'aria-valuemin': 0, 'aria-valuemax': total, 'aria-valuenow': done });
    PARTS.forEach((part, i) => {
      const count = counts[part] ?? 0;
      const { style } = this.segments[i]!;
      style.width = `${(100 * count) / Math.max(total, 1)}%`;
      style.minWidth = count ? '3px' : '0';
    });
  }

  private tick(): void {
    const { state } = this;
    if (!state || this.element.hidden) return;
    const total = state.counts.reduce((sum, count) => sum + count, 0);
    const parts = [`${grouped(state.counts[4] ?? 0)}/${grouped(total)}`];
    const end = state.ended ?? (isFinal(state.status) ? null : this.clock.now());
    if (state.started && end !== null) parts.push(elapsed(end - state.started, isRunning(state.status)));
    say(this.figures, parts.join(' · '));
  }
}

/** A time that goes on is told in whole seconds: tenths that run would draw all eyes. */
function elapsed(seconds: number, goes: boolean): string {
  if (!goes || seconds >= 60) return duration(seconds);
  return `${Math.max(0, Math.floor(seconds))} s`;
}
