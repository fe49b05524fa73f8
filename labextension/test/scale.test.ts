import { expect, test } from 'vitest';
import { Scale, tickText, ticks } from '../src/view/panes/scale';

test('ticks are round times', () => {
  expect(ticks(0, 10, 5)).toEqual([0, 2, 4, 6, 8, 10]);
  expect(ticks(0, 60, 4)).toEqual([0, 15, 30, 45, 60]);
  expect(ticks(0, 0.5, 5).map(tickText)).toEqual(['0', '100 ms', '200 ms', '300 ms', '400 ms', '500 ms']);
  expect(ticks(3600, 9000, 3).map(tickText)).toEqual(['1 h', '1 h 30 m', '2 h', '2 h 30 m']);
});

test('all of the time is followed until it is zoomed', () => {
  const scale = new Scale();
  scale.set(10);
  scale.set(20);
  expect([scale.from, scale.to]).toEqual([0, 20]);
  scale.zoom(2, 1);
  scale.set(30);
  expect([scale.from, scale.to]).toEqual([10, 20]);
});

test('zoom keeps the time under the pointer, pan stays inside', () => {
  const scale = new Scale();
  scale.set(100);
  scale.zoom(4, 0.5);
  expect([scale.from, scale.to]).toEqual([37.5, 62.5]);
  scale.pan(-10);
  expect([scale.from, scale.to]).toEqual([0, 25]);
  scale.zoom(0.01);
  expect([scale.from, scale.to, scale.all]).toEqual([0, 100, true]);
});
