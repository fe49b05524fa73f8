import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Silence } from '../src/view/silence';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('what runs and says nothing is asked, again and again, ever more rarely', () => {
  const ask = vi.fn();
  new Silence(ask).heard(true);
  vi.advanceTimersByTime(4900);
  expect(ask).not.toHaveBeenCalled();
  vi.advanceTimersByTime(200);
  expect(ask).toHaveBeenCalledTimes(1);
  vi.advanceTimersByTime(10000);
  expect(ask).toHaveBeenCalledTimes(2);
  vi.advanceTimersByTime(600000);
  expect(ask.mock.calls.length).toBeLessThan(15);
});

test('what is heard, or has ended, is not asked', () => {
  const ask = vi.fn();
  const silence = new Silence(ask);
  for (let second = 0; second < 20; second++) {
    silence.heard(true);
    vi.advanceTimersByTime(1000);
  }
  silence.heard(false);
  vi.advanceTimersByTime(600000);
  expect(ask).not.toHaveBeenCalled();
});
