import type { Graph, State } from '../protocol';
import { fill, h, type Child } from './dom';
import { DARK, LIGHT } from './palette';
import { mark, tintExecutor } from './panes/mark';
import { clean } from './graph/lettering';
import { duration, grouped, statusWord } from './text';

const MOST = 8; // executors that are named
const ORDER = [4, 10, 3, 0, 7, 6, 8, 5];

/** What is in use and hence explained: statuses with their numbers, or executors, or the scale of times. */
export type Entry =
  | { kind: 'status'; status: number; count: number }
  | { kind: 'executor'; label: string; place: number }
  | { kind: 'more'; count: number }
  | { kind: 'times'; low: number; high: number };

/** The entries of a picture's legend: marks always, then what colours the boxes. */
export function entries(graph: Pick<Graph, 'by' | 'executors' | 'times'>, { counts }: Pick<State, 'counts'>): Entry[] {
  const statuses = ORDER.filter(status => counts[status]).map(
    (status): Entry => ({ kind: 'status', status, count: counts[status]! })
  );
  const executors = graph.executors.slice(0, MOST).map((label, place): Entry => ({ kind: 'executor', label, place }));
  const more = graph.executors.length - executors.length;
  const rest: Entry[] = more > 0 ? [{ kind: 'more', count: more }] : [];
  const times: Entry[] =
    graph.by === 'duration' && graph.times ? [{ kind: 'times', low: graph.times[0], high: graph.times[1] }] : [];
  return [...statuses, ...executors, ...rest, ...times];
}

/** The legend below the graph. */
export class Legend {
  readonly element = h('div', { class: 'jf-key', role: 'group', 'aria-label': 'Legend' });
  private known = '';

  show(graph: Graph, state: State): void {
    const shown = entries(graph, state);
    const stamp = JSON.stringify([graph.by, state.status, shown]);
    if (stamp === this.known) return;
    this.known = stamp;
    fill(this.element, shown.map(entry => drawn(entry, state.status)));
  }
}

function drawn(entry: Entry, dispatch: number): Child {
  if (entry.kind === 'status') {
    return h('span', { class: 'jf-entry' }, mark(entry.status), `${grouped(entry.count)} ${statusWord(entry.status, dispatch)}`);
  }
  if (entry.kind === 'more') return h('span', { class: 'jf-entry' }, `and ${entry.count} more executors`);
  if (entry.kind === 'times') return scale(entry.low, entry.high);
  const chip = h('span', { class: 'jf-entry jf-executor' }, h('i'), clean(entry.label).slice(0, 40));
  tintExecutor(chip, entry.place);
  return chip;
}

function scale(low: number, high: number): HTMLElement {
  const steps = LIGHT.times.map((light, i) => {
    const step = h('i');
    step.style.setProperty('--l', light);
    step.style.setProperty('--d', DARK.times[i] ?? light);
    return step;
  });
  return h('span', { class: 'jf-entry jf-times' }, duration(low), h('span', {}, steps), duration(high));
}
