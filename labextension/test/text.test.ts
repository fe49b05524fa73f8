import { expect, test } from 'vitest';
import { clock, duration, grouped, many, size, statusWord } from '../src/view/text';

test('durations are said as people say them', () => {
  const said = [0, -1, NaN, 0.0001, 0.0124, 0.9996, 3.44, 59.96, 125, 3599.7, 4805, 200000].map(duration);
  expect(said).toEqual(
    ['0 ms', '0 ms', '0 ms', '< 1 ms', '12 ms', '1.0 s', '3.4 s', '1 m 00 s', '2 m 05 s', '1 h 00 m', '1 h 20 m', '2 d 07 h'],
  );
});

test('nothing waits in a dispatch that was interrupted', () => {
  expect([statusWord(0), statusWord(0, 3), statusWord(0, 8), statusWord(3, 8)]).toEqual(['waiting', 'waiting', 'never begun', 'running']);
});

test('sizes have three digits and a unit', () => {
  expect([0, 1, 999, 1234, 2.4e8, 5e13].map(size)).toEqual(['0 bytes', '1 byte', '999 bytes', '1.23 kB', '240 MB', '50 TB']);
});

test('numbers have commas, nouns their plural', () => {
  expect([grouped(999), grouped(12345678), many(1, 'node'), many(12000, 'node')]).toEqual(
    ['999', '12,345,678', '1 node', '12,000 nodes'],
  );
});

test('a time of another day has its date', () => {
  const time = new Date(2026, 2, 5, 7, 8, 9);
  expect(clock(time.getTime() / 1000, new Date(2026, 2, 5, 23))).toBe('07:08:09');
  expect(clock(time.getTime() / 1000, new Date(2026, 2, 6, 0))).toBe('2026-03-05 07:08:09');
});
