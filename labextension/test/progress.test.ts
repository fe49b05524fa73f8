import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { State } from '../src/protocol';
import { Progress } from '../src/view/progress';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

function state(done: number, failed = 0): State {
  const counts = [6 - done - failed, 0, 0, 0, done, failed, 0, 0, 0, 0, 0];
  return { status: 3, counts, started: 1, ended: null, now: 2, rate: null, left: null, text: `running: ${done} of 6, ${failed} failed` };
}

test('the line on the screen is never behind the bar; what is read aloud waits, unless something goes wrong', () => {
  const progress = new Progress();
  progress.show(state(0));
  expect(progress.heard.textContent).toBe('running: 0 of 6, 0 failed');
  progress.show(state(1));
  expect([progress.line.textContent, progress.heard.textContent]).toEqual(['running: 1 of 6, 0 failed', 'running: 0 of 6, 0 failed']);
  vi.advanceTimersByTime(2000);
  expect(progress.heard.textContent).toBe('running: 1 of 6, 0 failed');
  progress.show(state(1, 1));
  expect(progress.heard.textContent).toBe('running: 1 of 6, 1 failed');
  progress.dispose();
});

test('what runs is told from what is done', () => {
  const progress = new Progress();
  progress.show({ ...state(1), counts: [2, 0, 0, 3, 1, 0, 0, 0, 0, 0, 0] });
  const begun = [...progress.element.querySelectorAll<HTMLElement>('.jf-under-way')].map(({ style }) => style.width);
  expect(begun).toEqual(['50%']);
  progress.dispose();
});
