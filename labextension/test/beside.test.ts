import { beforeEach, expect, test, vi } from 'vitest';
import type { Graph, ViewMessage } from '../src/protocol';
import { Beside } from '../src/view/beside';
import { PANES, type Panes } from '../src/view/panes/all';
import type { PaneRequest } from '../src/view/panes/pane';

let sent: PaneRequest[];
let bring: () => void;
let missing: number;
let beside: Beside;
let middle: HTMLElement;

beforeEach(() => {
  sent = [];
  missing = 0;
  const panes = new Promise<Panes>(resolve => (bring = () => resolve(PANES)));
  middle = document.createElement('div');
  document.body.replaceChildren(middle);
  const none = (): void => undefined;
  const ask = (request: PaneRequest): void => void sent.push(request);
  beside = new Beside(middle, { panes: () => panes, ask, open: none, enter: none, closed: none, missing: () => missing++ });
  document.body.append(beside.below);
});

async function arrived(): Promise<void> {
  bring();
  await new Promise(resolve => setTimeout(resolve));
}

test('what was wanted before the panes came is shown when they have come', async () => {
  beside.select(4, false);
  beside.toggle('table');
  expect([sent, middle.children.length]).toEqual([[], 0]);
  await arrived();
  expect(sent.filter(({ kind }) => kind !== 'table')).toEqual([{ kind: 'select', node: 4 }, { kind: 'watch', panes: ['table'] }]);
  expect(beside.tells).toBe(true);
  expect(beside.below.querySelector('[aria-label="Table of nodes"]')).not.toBeNull();
  beside.dispose();
});

test('details that were closed stay closed, whatever is opened beside them', async () => {
  await arrived();
  beside.select(4, false);
  await arrived();
  beside.select(4, false);
  middle.querySelector<HTMLElement>('[aria-label="Close node details"]')!.click();
  beside.toggle('executors');
  expect(beside.tells).toBe(false);
  beside.dispose();
});

test('details are scrolled to when they come, and not when they change', async () => {
  vi.stubGlobal('requestAnimationFrame', (act: () => void) => act());
  beside.select(4, false);
  await arrived();
  const pane = middle.querySelector<HTMLElement>('[aria-label="Node details"]')!;
  const scrolled = vi.spyOn(pane, 'scrollIntoView').mockImplementation(() => undefined);
  const details = { kind: 'details', node: 4 } as ViewMessage;
  vi.spyOn(PANES.details.prototype, 'hear').mockImplementation(() => undefined);
  beside.hear(details);
  beside.hear(details);
  expect(scrolled).toHaveBeenCalledTimes(1);
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
  beside.dispose();
});

test('where no panes come, that is told, and nothing is left waiting', () => {
  vi.useFakeTimers();
  beside.toggle('timeline');
  vi.advanceTimersByTime(5000);
  expect([missing, beside.visible.size]).toEqual([1, 0]);
  vi.useRealTimers();
  beside.dispose();
});

test('with the kernel gone what was told stays, and what was not is not waited for', async () => {
  beside.select(4, false);
  beside.toggle('table');
  await arrived();
  sent.length = 0;
  beside.lost(8);
  beside.toggle('timeline');
  beside.select(5, false);
  expect([missing, [...beside.visible], beside.tells]).toEqual([2, ['table'], true]);
  expect(sent.some(({ kind }) => kind === 'select')).toBe(false);
  beside.toggle('table');
  beside.toggle('table');
  beside.select(4, false);
  expect([missing, [...beside.visible]]).toEqual([2, ['table']]);
  beside.show({ kind: 'graph', state: { status: 8, now: 1 }, names: [] } as unknown as Graph, true);
  beside.toggle('timeline');
  expect([missing, [...beside.visible]]).toEqual([2, ['table', 'timeline']]);
  beside.dispose();
});
