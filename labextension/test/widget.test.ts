import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Graph, State } from '../src/protocol';
import widget from '../src/widget';

const STATE: State = { status: 3, counts: [2, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0], started: 1, ended: null, now: 2, rate: null, left: null, text: 'running: 1' };

beforeEach(() => {
  vi.stubGlobal('PANES_NAME', 'test');
  vi.stubGlobal('requestAnimationFrame', () => 0); // there is nothing to draw on
});
afterEach(() => vi.unstubAllGlobals());

function graph(state: State): Graph {
  const empty = { crumbs: [], opened: [], groups: [], tallies: [], edges: [], executors: [], names: [], can: [] };
  const size = { width: 9, height: 9, nodes: 4, by: 'status', orientation: 'down', times: null, flow: 0 } as const;
  return { kind: 'graph', view: '', seq: 1, dispatch: '1a2b-3', title: 'work', ...empty, ...size, state };
}

/** A widget whose kernel has told this graph. */
function shown(change: Partial<State> = {}): { el: HTMLElement; followed: Node[]; sent: string[]; end: () => void } {
  const heard: ((message: unknown) => void)[] = [];
  const sent: string[] = [];
  const send = ({ kind, view }: { kind: string; view: string }): void => {
    sent.push(kind);
    if (kind === 'open') queueMicrotask(() => heard.forEach(hear => hear({ ...graph({ ...STATE, ...change }), view })));
  };
  const on = (event: string, hear: (message: unknown) => void): void => void (event === 'msg:custom' && heard.push(hear));
  const el = document.createElement('div');
  document.body.replaceChildren(el);
  const followed: Node[] = [];
  document.addEventListener('jupyter-flow:channel', event => followed.push((event as CustomEvent).detail.from as Node));
  return { el, followed, sent, end: widget.render({ model: { get: () => null, send, on, off: () => undefined }, el }) };
}

function go(had: boolean): void {
  document.dispatchEvent(new CustomEvent('jupyter-flow:kernel-gone', { detail: { had: () => had } }));
}

test('what ran in a kernel that is gone runs no longer; what ended goes on to be told by the next one', async () => {
  const { el, followed, sent, end } = shown();
  await Promise.resolve();
  const status = el.querySelector('[role=status]')!;
  expect(status.textContent).toContain('running');
  go(false); // that of another notebook
  expect([status.textContent, followed.length]).toEqual(['running: 1', 0]);
  go(true);
  expect(status.textContent).toContain('interrupted: the kernel that ran it is gone');
  expect(el.querySelector('[aria-label=Legend]')!.textContent).toContain('2 never begun');
  expect(followed).toEqual([el]);
  const asked = sent.length;
  [...el.querySelectorAll('button')].find(({ textContent }) => textContent === 'Table view')!.click();
  expect(el.querySelector('.jf-told')!.textContent).toContain('which does not answer');
  expect(sent.slice(asked)).toEqual(['resync']); // should it be there after all
  end();
  go(true);
  const over = shown({ status: 4, ended: 3, text: 'completed' });
  await Promise.resolve();
  go(true);
  expect(over.el.querySelector('[role=status]')!.textContent).toBe('completed');
  expect(over.followed).toEqual([over.el]);
  over.end();
});
