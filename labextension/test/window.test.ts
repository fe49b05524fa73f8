import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Timeline } from '../src/protocol';
import { Scale } from '../src/view/panes/scale';
import { Window, type PartRequest } from '../src/view/panes/window';

const SPAN = 100; // seconds
let asked: PartRequest[] = [];
let scale: Scale;
let part: Window;

function timeline(change: Partial<Timeline> = {}, count = 5): Timeline {
  const bar = { lane: 0, row: 0, node: 1, count, name: 'n', status: 4, start: 0, end: 2, ready: 0, critical: false };
  const totals = { span: SPAN, working: 2, waiting: 1, critical: 2 };
  return { kind: 'timeline', view: 'v', lanes: ['a'], rows: [1], bars: [bar], start: 0, end: SPAN, width: 0, ...totals, ...change };
}

/** The kernel's answer to the last question. */
function answer(count = 1): void {
  const { start, end, width } = asked[asked.length - 1]!;
  part.hear(timeline({ start: start ?? 0, end: end ?? SPAN, width }, count));
}

beforeEach(() => {
  vi.useFakeTimers();
  asked = [];
  scale = new Scale();
  scale.set(SPAN);
  part = new Window(scale, () => 500, request => asked.push(request));
  part.hear(timeline());
});

afterEach(() => {
  part.dispose();
  vi.useRealTimers();
});

function zoom(factor: number): void {
  scale.zoom(factor);
  part.want();
}

test('the whole is shown without asking for a part', () => {
  vi.runAllTimers();
  expect(asked).toEqual([]);
});

test('who zooms gets what is seen and as much around it, when the hand rests', () => {
  for (let i = 0; i < 4; i++) {
    zoom(2 ** 0.25);
    vi.advanceTimersByTime(50);
  }
  expect(asked).toEqual([]);
  vi.advanceTimersByTime(200);
  expect(asked).toHaveLength(1);
  expect(asked[0]).toMatchObject({ kind: 'range', start: null, end: null, width: 1000 });
  answer();
  zoom(2);
  vi.advanceTimersByTime(200);
  expect(asked).toHaveLength(1); // every bar is there by itself: there is nothing finer
});

test('one question at a time, and the last place wins', () => {
  zoom(10);
  vi.advanceTimersByTime(200);
  scale.pan(2);
  part.want();
  vi.advanceTimersByTime(200);
  expect(asked).toHaveLength(1);
  answer(3);
  vi.advanceTimersByTime(200);
  expect(asked).toHaveLength(2);
  expect(asked[1]!.start).toBeCloseTo(scale.from - 5);
  expect(asked[1]!.end).toBeCloseTo(scale.to + 5);
});

test('an answer that is lost is asked for again, and what is all there is only once', () => {
  zoom(10);
  vi.advanceTimersByTime(200);
  zoom(1.01);
  vi.advanceTimersByTime(4000);
  expect(asked).toHaveLength(2);
  answer(3);
  vi.advanceTimersByTime(60_000);
  expect(asked).toHaveLength(2);
});

test('a view that was opened anew asks for its part again', () => {
  zoom(10);
  vi.advanceTimersByTime(200);
  answer(3);
  vi.advanceTimersByTime(10_000);
  part.hear(timeline());
  vi.advanceTimersByTime(200);
  expect(asked).toHaveLength(2);
});
