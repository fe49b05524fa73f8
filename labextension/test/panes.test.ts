import { beforeEach, expect, test, vi } from 'vitest';
import type { Busy, Details, Preview, Row, ViewMessage } from '../src/protocol';
import { DetailsPane } from '../src/view/panes/details';
import { ExecutorsPane } from '../src/view/panes/executors';
import type { PaneRequest } from '../src/view/panes/pane';
import { TablePane } from '../src/view/panes/table';
import { TimelinePane } from '../src/view/panes/timeline';

const HOSTILE = '<img src=x onerror=alert(1)><script>alert(2)</script>';
let sent: PaneRequest[] = [];
let opened: number[] = [];

beforeEach(() => {
  document.body.replaceChildren();
  sent = [];
  opened = [];
});

function ask(request: PaneRequest): void {
  sent.push(request);
}

function open(node: number): void {
  opened.push(node);
}

function details(change: Partial<Details> = {}): Details {
  return {
    kind: 'details',
    view: 'v',
    node: 3,
    name: 'train',
    node_kind: 'electron',
    call: 'train(1)',
    status: 4,
    note: '',
    cell: '',
    dispatch: '',
    start: 100,
    end: 103.4,
    now: 200,
    progress: null,
    attempts: [],
    where: { executor: 'gpu', settings: 'gpu(1)', resource: 'local', resource_kind: 'processes', host: 'here', pid: 7, worker: '2' },
    inputs: [{ name: 'table', producer: 1, text: '', whole: false, size: null }],
    has_output: true,
    size: 20_000,
    output: '',
    cached: '',
    trouble: null,
    stdout: { text: '', cut: 0 },
    stderr: { text: '', cut: 0 },
    displays: [],
    source: 'def train(): pass',
    assigned: '',
    can: ['rerun', 'debug'],
    ...change,
  };
}

function shown(change: Partial<Details> = {}): DetailsPane {
  const pane = new DetailsPane(ask, open);
  document.body.append(pane.element);
  pane.show(3);
  pane.hear(details(change));
  return pane;
}

function named(name: string): HTMLElement {
  const all = [...document.querySelectorAll<HTMLElement>('button, input, select')];
  const found = all.find(one => (one.getAttribute('aria-label') ?? one.textContent) === name);
  if (!found) throw new Error(`no ${name}`);
  return found;
}

function answer(action: string, change: object = {}): ViewMessage {
  return { kind: 'answer', view: 'v', action, ok: true, text: 'Done.', code: '', dispatch: '', ...change };
}

test('the details of a node say what, how long and where', () => {
  const { element } = shown();
  expect(element.getAttribute('aria-label')).toBe('Node details');
  for (const text of ['train', 'completed · 3.4 s', 'gpu(1)', 'local', 'processes', 'here', '7', '20 kB']) {
    expect(element.textContent).toContain(text);
  }
  expect(sent[0]).toEqual({ kind: 'select', node: 3 });
});

test('a node that waited is never begun once its dispatch was interrupted', () => {
  const pane = shown({ status: 0, start: null, end: null });
  expect(pane.element.textContent).toContain('waiting');
  pane.hear({ kind: 'delta', state: { status: 8, now: 200 } } as ViewMessage);
  expect(pane.element.querySelector('.jf-status')?.textContent).toBe('never begun');
});

test('hostile text everywhere in the details stays text', () => {
  const { element } = shown({
    name: HOSTILE,
    call: HOSTILE,
    source: HOSTILE,
    cached: HOSTILE,
    inputs: [{ name: HOSTILE, producer: null, text: HOSTILE, whole: true, size: null }],
    stdout: { text: HOSTILE, cut: 0 },
    trouble: { error_kind: HOSTILE, type: HOSTILE, message: HOSTILE, lines: HOSTILE, folded: HOSTILE },
    displays: [{ mime: HOSTILE, data: HOSTILE }],
    attempts: [1, 2].map(number => ({ number, status: 5, start: 1, end: 2, worker: HOSTILE, why: HOSTILE })),
  });
  expect(element.querySelector('img, script')).toBeNull();
  expect(element.textContent).toContain(HOSTILE);
});

test('HTML is in a frame that may do nothing, pictures are pictures', () => {
  const { element } = shown({
    displays: [
      { mime: 'text/html', data: HOSTILE },
      { mime: 'image/svg+xml', data: '<svg onload="alert(1)"/>\ud800' },
      { mime: 'image/png', data: 'AA=="onerror="' },
    ],
  });
  const frame = element.querySelector('iframe');
  expect(frame?.getAttribute('sandbox')).toBe('');
  expect(frame?.getAttribute('srcdoc')).toMatch(/^<!doctype html><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="default-src 'none'/);
  const sources = [...element.querySelectorAll('img')].map(image => image.getAttribute('src'));
  expect(sources).toEqual([expect.stringMatching(/^data:image\/svg\+xml,%3Csvg/), 'data:image/png;base64,AA==onerror=']);
});

test('an update leaves the focus and what has not changed where they are', () => {
  const pane = shown();
  const rerun = named('Run again from here');
  rerun.focus();
  pane.hear(details({ stdout: { text: 'more', cut: 0 } }));
  expect(document.activeElement).toBe(rerun);
  pane.hear(details({ can: ['cancel', 'rerun'] }));
  expect(document.activeElement?.textContent).toBe('Run again from here');
});

test('Escape closes the details and gives the focus back', () => {
  const before = document.createElement('button');
  document.body.append(before);
  before.focus();
  const pane = new DetailsPane(ask, open);
  document.body.append(pane.element);
  pane.show(3, true);
  expect(pane.element.contains(document.activeElement)).toBe(true);
  pane.element.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape' }));
  expect(pane.element.hidden).toBe(true);
  expect(document.activeElement).toBe(before);
  expect(sent.at(-1)).toEqual({ kind: 'select', node: null });
});

test('a value is fetched when it is wanted, and an old answer is not taken for it', () => {
  const pane = shown();
  const preview = { kind: 'preview', view: 'v', node: 3, input: 'table', type: 'T', note: '', text: '', shown: [] as Preview['shown'] } as const;
  expect(sent.some(({ kind }) => kind === 'look')).toBe(false);
  named('Show table').click();
  expect(sent.at(-1)).toEqual({ kind: 'look', node: 3, input: 'table', number: 1 });
  pane.hear({ ...preview, number: 0, rows: [['', 'old']] });
  expect(pane.element.textContent).not.toContain('old');
  pane.hear({ ...preview, number: 1, rows: [['', 'a'], ['0', HOSTILE]] });
  expect([...pane.element.querySelectorAll('th')].map(cell => cell.scope)).toEqual(['col', 'col', 'row']);
  expect(pane.element.querySelector('td')?.textContent).toBe(HOSTILE);
});

test('an input leads to the node it comes from', () => {
  shown();
  named('Open node 1, where it comes from').click();
  expect(opened).toEqual([1]);
});

test('only what can be done is offered, and its answer is shown', () => {
  const pane = shown({ can: ['cancel'] });
  expect(() => named('Run again from here')).toThrow();
  named('Cancel node').click();
  expect(sent.at(-1)).toEqual({ kind: 'cancel', node: 3 });
  pane.hear(answer('rerun', { text: 'Not mine.' }));
  expect(pane.element.textContent).not.toContain('Not mine.');
  pane.hear(answer('cancel'));
  expect(pane.element.textContent).toContain('Done.');
});

test('another executor is assigned to all calls', () => {
  const pane = shown({ can: ['assign'] });
  pane.hear({ kind: 'graph', names: ['gpu', 'local'], dispatch: 'd', state: { status: 4 } } as unknown as ViewMessage);
  pane.hear(details({ can: ['assign'] }));
  const select = document.querySelector('select');
  if (select) select.value = 'local';
  document.querySelector<HTMLInputElement>('input[type=checkbox]')?.click();
  named('Assign').click();
  expect(sent.at(-1)).toEqual({ kind: 'assign', node: 3, all: true, executor: 'local' });
});

test('the code to debug with is offered to the page around', () => {
  const pane = shown();
  const heard = vi.fn((event: Event) => event.preventDefault());
  document.addEventListener('jupyter-flow:insert-cell', heard, { once: true });
  named('Debug in a new cell').click();
  pane.hear(answer('debug', { code: 'x = 1' }));
  expect((heard.mock.calls[0]?.[0] as CustomEvent).detail).toEqual({ code: 'x = 1' });
});

test('where nobody takes the code, it goes to the clipboard', async () => {
  const writeText = vi.fn(() => Promise.resolve());
  vi.stubGlobal('navigator', { ...navigator, clipboard: { writeText } });
  const pane = shown();
  named('Debug in a new cell').click();
  pane.hear(answer('debug', { code: 'x = 1' }));
  await vi.waitFor(() => expect(pane.element.textContent).toContain('clipboard'));
  expect(writeText).toHaveBeenCalledWith('x = 1');
  vi.unstubAllGlobals();
});

function row(node: number, change: Partial<Row> = {}): Row {
  return { node, name: `n${node}`, argument: `k=${node}`, status: 4, executor: 'local', resource: 'local', worker: '1', start: 1, seconds: 2, attempts: 1, ...change };
}

function table(): TablePane {
  const pane = new TablePane(ask, open);
  document.body.append(pane.element);
  pane.hear({ kind: 'rows', view: 'v', total: 1000, offset: 0, rows: Array.from({ length: 60 }, (_, i) => row(i)) });
  return pane;
}

function press(key: string): void {
  document.activeElement?.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
}

test('the table is a table that tells how long it is', () => {
  const { element } = table();
  expect(element.querySelector('table')?.getAttribute('aria-rowcount')).toBe('1001');
  expect(element.querySelectorAll('tbody th[scope=row]').length).toBe(60);
  for (const text of ['1,000 nodes', 'n7 k=7']) expect(element.textContent).toContain(text);
});

test('headings sort, a second time the other way round', () => {
  const { element } = table();
  const button = [...element.querySelectorAll('button')].find(one => one.textContent === 'Run time');
  button?.click();
  expect(sent.at(-1)).toMatchObject({ kind: 'table', sort: 'seconds', descending: false, offset: 0 });
  button?.click();
  expect(sent.at(-1)).toMatchObject({ sort: 'seconds', descending: true });
  expect(button?.parentElement?.getAttribute('aria-sort')).toBe('descending');
});

test('arrow keys walk the rows, and a live update leaves the focus on its row', () => {
  const pane = table();
  pane.element.querySelector<HTMLElement>('tbody button')?.focus();
  press('ArrowDown');
  press('ArrowDown');
  expect(document.activeElement?.textContent).toBe('n2');
  pane.hear({ kind: 'rows', view: 'v', total: 1000, offset: 0, rows: Array.from({ length: 60 }, (_, i) => row(i, { status: 5 })) });
  expect(document.activeElement?.textContent).toBe('n2');
  expect(pane.element.querySelectorAll('tbody button[tabindex="0"]').length).toBe(1);
  (document.activeElement as HTMLElement).click();
  expect(opened).toEqual([2]);
});

test('a row that is far away gets the focus when it comes', () => {
  const pane = table();
  pane.element.querySelector<HTMLElement>('tbody button')?.focus();
  press('End');
  pane.hear({ kind: 'rows', view: 'v', total: 1000, offset: 940, rows: Array.from({ length: 60 }, (_, i) => row(940 + i)) });
  expect(document.activeElement?.textContent).toBe('n999');
});

test('the executors are told by resource, with what is redundant', () => {
  const pane = new ExecutorsPane();
  const uses = [{ key: 2, label: 'fast', settings: 'local(8)', electrons: [['train', 12] as [string, number]], called: 'quick', same: 'local' }];
  pane.hear({
    kind: 'executors',
    view: 'v',
    remarks: [HOSTILE],
    resources: [{ key: 1, id: 'local', resource_kind: 'processes', workers: 8, running: 6, queued: 5, done: 4, memory: 3e9, dashboard: 'javascript:alert(1)', history: [0, 0.5], uses }],
  });
  for (const text of [HOSTILE, 'means the same as local', 'quick in this graph', '×12', '3 GB']) expect(pane.element.textContent).toContain(text);
  expect(pane.element.querySelector('svg')?.getAttribute('aria-label')).toBe('Busy over the last 2 seconds: now 50 %, 25 % on average');
  expect(pane.element.querySelector('img')).toBeNull();
  expect(pane.element.querySelector('a')).toBeNull(); // an address that is none of the web
});

test('a cluster leads to its own page, which opens beside this one', () => {
  const pane = new ExecutorsPane(ask, open);
  const dask = { key: 1, id: 'dask', resource_kind: 'dask', workers: 0, running: 0, queued: 2, done: 0, memory: 0, history: [], uses: [] };
  pane.hear({ kind: 'executors', view: 'v', remarks: [], resources: [{ ...dask, dashboard: 'http://10.0.0.1:8787/status' }] });
  const link = pane.element.querySelector('a');
  expect([link?.href, link?.target, link?.rel]).toEqual(['http://10.0.0.1:8787/status', '_blank', 'noopener noreferrer']);
});

test('cards that say the same stay, and a link that has the focus keeps it; load and history have one place on all', () => {
  const pane = new ExecutorsPane();
  document.body.append(pane.element);
  const thread = { key: 1, id: 'thread', resource_kind: 'thread', workers: 2, running: 0, queued: 0, done: 0, memory: 0, dashboard: '', history: [0], uses: [] };
  const dask = { ...thread, key: 2, id: 'far', resource_kind: 'dask', dashboard: 'http://10.0.0.1:8787', history: [0.5] };
  const hear = (...resources: Busy[]): void => pane.hear({ kind: 'executors', view: 'v', remarks: [], resources });
  hear(thread, dask);
  const cards = (): Element[] => [...pane.element.querySelectorAll('article')];
  const [first, second] = cards();
  expect(cards().map(card => [...card.children].map(part => part.className))).toEqual(Array(2).fill(['jf-line', 'jf-line jf-work', 'jf-facts']));
  expect(cards().map(card => card.querySelector('.jf-work > svg') !== null)).toEqual([true, true]);
  pane.element.querySelector('a')!.focus();
  hear(thread, { ...dask, history: [0.5, 1] });
  expect(cards()[0]).toBe(first);
  expect(cards()[1]).not.toBe(second);
  expect(document.activeElement).toBe(pane.element.querySelector('a'));
  pane.lost();
  expect(pane.element.textContent).toContain('The kernel that had these executors is gone.');
  pane.dispose();
});

test('what ran when the kernel went runs no longer in the table and the timeline; what waited was never begun', () => {
  const rows = [row(0), row(1, { status: 3, start: 940, seconds: null }), row(2, { status: 0, start: null, seconds: null })];
  const list = new TablePane(ask, open);
  document.body.append(list.element);
  list.hear({ kind: 'delta', state: { status: 3, now: 1000 } } as ViewMessage);
  list.hear({ kind: 'rows', view: 'v', total: 3, offset: 0, rows });
  const words = (): string[] => [...list.element.querySelectorAll('.jf-badge')].map(one => one.textContent!);
  expect(words()).toEqual(['completed', 'running', 'waiting']);
  list.lost(8);
  expect(words()).toEqual(['completed', 'interrupted', 'never begun']);
  expect(list.element.textContent).toContain('1 m 00 s');
  list.hear({ kind: 'rows', view: 'v', total: 3, offset: 0, rows });
  expect(words()).toEqual(['completed', 'running', 'never begun']); // the kernel that answers tells how all of it stands
  list.hear({ kind: 'delta', state: { status: 3, now: 1 } } as ViewMessage);
  expect(words()).toEqual(['completed', 'running', 'waiting']);
  list.dispose();
  const chart = new TimelinePane(ask, open);
  const bar = { lane: 0, row: 0, node: 1, count: 1, name: 'a', status: 3, start: 0, end: 2, ready: 0, critical: false };
  chart.hear({ kind: 'timeline', view: 'v', lanes: ['local · 1'], rows: [1], bars: [bar], start: 0, end: 2, width: 0, span: 2, working: 2, waiting: 0, critical: 2 });
  const legend = chart.element.querySelector('.jf-legend')!;
  expect(legend.textContent).toContain('running');
  chart.lost();
  expect(legend.textContent).toContain('interrupted');
  expect(legend.textContent).not.toContain('running');
  chart.dispose();
});

test('small values show without a click, the smallest without asking for them', () => {
  const inputs = [
    { name: 'n', producer: 1, text: '7', whole: true, size: 5 },
    { name: 'rows', producer: 2, text: 'list, 40 bytes', whole: false, size: 40 },
    { name: 'table', producer: 4, text: '2 MB', whole: false, size: 2e6 },
  ];
  const pane = shown({ output: '42', size: 5, inputs });
  expect(sent.filter(({ kind }) => kind === 'look')).toEqual([{ kind: 'look', node: 3, input: 'rows', number: 1 }]);
  expect(pane.element.querySelector('.jf-output')?.textContent).toContain('42');
  const preview = { kind: 'preview', view: 'v', node: 3, type: 'list', note: '' } as const;
  pane.hear({ ...preview, input: 'rows', number: 1, text: '[1, 2, 3]', rows: [], shown: [] });
  expect(pane.element.querySelector('.jf-input:nth-child(2)')?.textContent).toContain('[1, 2, 3]');
  named('Show rows').click(); // hides it
  expect(pane.element.textContent).not.toContain('[1, 2, 3]');
  expect(() => named('Show n')).toThrow();
  named('Show table');
  pane.dispose();
});

test('the timeline says its totals in words', () => {
  const pane = new TimelinePane(ask, open);
  const bar = { lane: 0, row: 0, node: 1, count: 1, name: HOSTILE, status: 4, start: 0, end: 2, ready: 0, critical: true };
  pane.hear({ kind: 'timeline', view: 'v', lanes: ['local · 1'], rows: [1], bars: [bar], start: 0, end: 4, width: 0, span: 4, working: 2, waiting: 1, critical: 2 });
  expect(pane.element.textContent).toContain('Working 2.0 s (50 % of 1 worker) · waiting 1.0 s, summed over nodes · critical path 2.0 s (50 % of 4.0 s)');
  expect(pane.element.querySelector('.jf-legend')?.textContent).not.toContain('short nodes');
  pane.hear({ kind: 'timeline', view: 'v', lanes: ['local · 1'], rows: [1], bars: [{ ...bar, count: 9 }], start: 0, end: 4, width: 0, span: 4, working: 2, waiting: 1, critical: 2 });
  expect(pane.element.querySelector('.jf-legend')?.textContent).toContain('many short nodes in one bar');
  pane.dispose();
});
