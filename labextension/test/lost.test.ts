import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Answer, Drawing, Graph, State, Tally } from '../src/protocol';
import { DispatchRow } from '../src/panel/rows';
import { Doing } from '../src/view/doing';
import { Keeper } from '../src/view/keeping';
import { abandoned } from '../src/view/lost';
import type { PaneRequest } from '../src/view/panes/pane';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const ID = '1a2b3c4d-0000';

function state(status: number): State {
  return { status, counts: [1, 0, 0, 2, 3, 0, 0, 0, 1, 0, 0], started: 1, ended: null, now: 2, rate: 5, left: 9, text: 'running' };
}

function tally(status: number, counts: number[], words: string): Tally {
  return { group: 0, status, counts, executors: [], seconds: null, progress: 0.5, words };
}

function graph(change: Partial<Graph> = {}): Graph {
  const tallies = [
    tally(3, [0, 0, 0, 2, 3, 0, 0, 0, 0], 'running ×5 · 2 running, 3 completed · on cpu'),
    tally(4, [0, 0, 0, 0, 1, 0, 0, 0, 0], 'load (node 0) · completed'),
    tally(0, [2, 0, 0, 0, 1, 0, 0, 0, 0], 'waiting ×3 · 2 waiting, 1 completed · on cpu')
  ];
  return { dispatch: ID, state: state(3), tallies, can: ['cancel', 'rerun', 'resume'], flow: 0, ...change } as Graph;
}

test('what ran when the kernel went is interrupted, in words, numbers and marks', () => {
  const left = abandoned(graph(), true);
  expect(left.state).toMatchObject({ status: 8, counts: [1, 0, 0, 0, 3, 0, 0, 0, 3, 0, 0], left: null, rate: null });
  expect(left.state.text).toBe('interrupted: the kernel that ran it is gone; %dispatch --resume 1a2b3c4d runs the rest');
  expect(left.tallies[0]).toMatchObject({ status: 8, counts: [0, 0, 0, 0, 3, 0, 0, 0, 2], progress: null });
  expect(left.tallies[0]!.words).toBe('running ×5 · 2 interrupted, 3 completed · on cpu');
  expect(left.tallies[2]!.words).toBe('waiting ×3 · 2 never begun, 1 completed · on cpu');
  expect(left.tallies[1]).toMatchObject({ status: 4, words: 'load (node 0) · completed' });
});

test('of a picture that was saved while it ran nobody knows the end; of cells nothing is resumed', () => {
  expect(abandoned(graph(), false).state.text).toContain('%graph 1a2b3c4d shows what became of it');
  expect(abandoned(graph({ dispatch: '', can: ['cancel'] }), true).state.text).not.toContain('--resume');
});

test('what was interrupted can be resumed where a kernel tells of it', () => {
  const asked: PaneRequest[] = [];
  const doing = new Doing(request => void asked.push(request));
  doing.show(graph(), true);
  expect([doing.cancel.hidden, doing.resume.hidden]).toEqual([false, true]);
  doing.show(graph({ state: state(8), can: ['rerun'] }), true); // the cell is to be run again
  expect(doing.resume.hidden).toBe(true);
  doing.show(graph({ state: state(8) }), false);
  expect(doing.resume.hidden).toBe(true);
  doing.show(graph({ state: state(8) }), true);
  expect([doing.cancel.hidden, doing.resume.hidden]).toEqual([true, false]);
  doing.resume.click();
  expect([asked, doing.resume.disabled]).toEqual([[{ kind: 'resume' }], true]);
  doing.answer({ action: 'resume', ok: false } as Answer);
  expect(doing.resume.disabled).toBe(false);
});

test('a dispatch of the list that was interrupted can be resumed', () => {
  const resume = vi.fn();
  const row = new DispatchRow(ID, { open: vi.fn(), cancel: vi.fn(), resume });
  const button = (): HTMLButtonElement => row.element.querySelector('[aria-label="Resume work"]')!;
  row.show({ dispatch: ID, name: 'work', state: state(3), total: 7, here: true });
  expect(row.element.textContent).toContain('9.0 s left');
  row.show({ dispatch: ID, name: 'work', state: { ...state(3), left: 0.565 }, total: 7, here: true });
  expect(row.element.textContent).toContain(' · < 1 s left');
  expect(button().hidden).toBe(true);
  row.show({ dispatch: ID, name: 'work', state: state(8), total: 7, here: false });
  expect(button().hidden).toBe(false);
  button().click();
  expect(resume).toHaveBeenCalledWith(ID);
});

test('the notebook is given the picture of the end once, if it has one of the beginning', () => {
  const ask = vi.fn();
  const given: unknown[] = [];
  let stale = false;
  const asks = (event: Event): void => void (stale && event.preventDefault());
  const gives = (event: Event): void => void given.push((event as CustomEvent).detail);
  document.addEventListener('jupyter-flow:stale-picture', asks);
  document.addEventListener('jupyter-flow:picture', gives);
  const [from, other] = [document.createElement('div'), document.createElement('div')];
  new Keeper(other, ask).show(state(4));
  vi.advanceTimersByTime(10_000);
  expect(ask).not.toHaveBeenCalled(); // it has that of the end, or none
  stale = true;
  const keeper = new Keeper(from, ask);
  keeper.show(state(3));
  vi.advanceTimersByTime(10_000);
  expect(ask).not.toHaveBeenCalled();
  for (let i = 0; i < 3; i++) keeper.show(state(4));
  vi.advanceTimersByTime(10_000);
  expect(ask).toHaveBeenCalledOnce();
  expect(keeper.hear({ dark: false, svg: '', text: '' } as Drawing)).toBe(false); // for a file
  expect(keeper.hear({ dark: null, svg: '<svg/>', text: 'work' } as Drawing)).toBe(true);
  expect(given).toEqual([{ from, svg: '<svg/>', text: 'work' }]);
  document.removeEventListener('jupyter-flow:stale-picture', asks);
  document.removeEventListener('jupyter-flow:picture', gives);
});
