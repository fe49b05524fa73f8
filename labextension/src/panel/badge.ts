import type { Badge, BadgeState } from '../protocol';
import { h, say, svg } from '../view/dom';
import { mark, tint } from '../view/panes/mark';
import { themed } from '../view/theme';

/** By state: the status whose colours it has. */
const STATUS: Record<BadgeState, number> = {
  waiting: 0,
  queued: 2,
  running: 3,
  done: 4,
  cached: 4,
  failed: 5,
  cancelled: 6,
  skipped: 7,
  stale: 10
};
/** Where the shape is another than the status's. */
const SHAPES: Partial<Record<BadgeState, string>> = {
  cached: 'M-3.4 -2.6C-3.4 -4.4 3.4 -4.4 3.4 -2.6V2.6C3.4 4.4 -3.4 4.4 -3.4 2.6ZM-3.4 -2.6C-3.4 -.8 3.4 -.8 3.4 -2.6',
  queued: 'M-3 -4.2H3L-3 4.2H3Z'
};

export interface BadgeActs {
  show(badge: Badge): void;
  cancel(badge: Badge): void;
  run(badge: Badge): void;
}

/** What one electron cell shows below its number. */
export class CellBadge {
  readonly element: HTMLElement;
  private readonly words = h('span', { class: 'jf-words' });
  private readonly state: HTMLButtonElement;
  private readonly play: HTMLButtonElement;
  private readonly cancel: HTMLButtonElement;
  private badge: Badge | null = null;
  private drawn: BadgeState | null = null;

  constructor(acts: BadgeActs) {
    this.state = h('button', { class: 'jf-cell-state', onclick: () => this.badge && acts.show(this.badge) });
    this.play = h('button', { class: 'jf-cell-run', onclick: () => this.badge && acts.run(this.badge) }, '▶');
    this.cancel = h('button', { class: 'jf-cell-cancel', onclick: () => this.badge && acts.cancel(this.badge) }, 'Cancel');
    const acting = h('span', { class: 'jf-cell-acts' }, this.play, this.cancel);
    this.element = themed(h('div', { class: 'jf-cell-badge' }, this.state, acting));
  }

  /** `late`: seconds by which the kernel's clock is behind ours; `edited`: the cell is not what was run. */
  show(badge: Badge, late: number, edited: boolean): void {
    this.badge = badge;
    const over = badge.cell_kind === 'electron' && (badge.state === 'done' || badge.state === 'cached');
    const state = edited && over ? 'stale' : badge.state;
    const text = edited && over ? 'edited since it was run' : badge.text;
    const seconds = badge.since === null ? 0 : Math.max(0, Date.now() / 1000 - late - badge.since);
    if (this.drawn !== state) this.draw(state);
    say(this.words, state === 'running' && badge.since !== null ? elapsed(seconds) : badge.words || state);
    const what = badge.cell_kind === 'cell' ? 'Cell' : 'Electron';
    const told = `${what} ${badge.name}: ${state}${text ? `, ${text}` : ''}`;
    if (this.state.getAttribute('aria-label') !== told) {
      this.state.setAttribute('aria-label', told);
      this.state.title = badge.dispatch ? `${told}\nShow its graph` : told;
      name(this.play, `Run ${what.toLowerCase()} ${badge.name}`);
      name(this.cancel, `Cancel electron ${badge.name}`);
    }
    this.state.disabled = !badge.dispatch;
    const waits = state === 'waiting' || state === 'queued';
    this.cancel.hidden = badge.cell_kind !== 'electron' || !(waits || state === 'running');
    this.play.hidden = badge.cell_kind === 'function' || state === 'running' || state === 'queued';
  }

  private draw(state: BadgeState): void {
    this.drawn = state;
    this.element.dataset.state = state;
    tint(this.element, STATUS[state]);
    this.state.replaceChildren(shape(state), this.words);
  }
}

function name(button: HTMLElement, words: string): void {
  button.setAttribute('aria-label', words);
  button.title = words;
}

function shape(state: BadgeState): SVGElement {
  const path = SHAPES[state];
  const drawn = mark(STATUS[state]);
  if (path) drawn.replaceChildren(svg('circle', { r: 7.5 }), svg('path', { d: path }));
  return drawn;
}

/** `7 s`, `2:05`, `1:02:05`: whole seconds, as they tick. */
export function elapsed(seconds: number): string {
  const whole = Math.floor(seconds);
  if (whole < 60) return `${whole} s`;
  const two = (value: number): string => String(value).padStart(2, '0');
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes}:${two(whole % 60)}`;
  return `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(whole % 60)}`;
}
