import { beforeEach, expect, test, vi } from 'vitest';
import type { Channel } from '../src/channel';
import { fetched } from '../src/fetched';
import type { ViewMessage, ViewRequest } from '../src/protocol';

const KEY = Symbol.for('jupyter-flow panes test');
const CODE = 'data:text/javascript,export const PANES = { some: 1 }; export const style = ".jf-x {}";';

/** A channel whose kernel answers when it is told to. */
class Kernel implements Channel {
  readonly asked: ViewRequest[] = [];
  private readonly hearers = new Set<(message: ViewMessage) => void>();

  constructor(private readonly dead = false) {}

  send(request: ViewRequest): void {
    if (this.dead) throw new Error('no kernel');
    this.asked.push(request);
  }

  listen(hear: (message: ViewMessage) => void): () => void {
    this.hearers.add(hear);
    return () => this.hearers.delete(hear);
  }

  answer(): void {
    for (const hear of [...this.hearers]) hear({ kind: 'module', view: 'page', text: 'code' });
  }
}

beforeEach(() => {
  vi.stubGlobal('PANES_NAME', 'test');
  delete (globalThis as Record<symbol, unknown>)[KEY];
  document.head.replaceChildren();
  vi.spyOn(URL, 'createObjectURL').mockReturnValue(CODE);
  vi.spyOn(URL, 'revokeObjectURL').mockReturnValue();
});

test('a page fetches the panes once, for all its widgets', async () => {
  const [one, other] = [new Kernel(), new Kernel()];
  const first = fetched(one)();
  const second = fetched(other)();
  one.answer();
  expect(await first).toEqual({ some: 1 });
  expect(await second).toBe(await first);
  expect(await fetched(other)()).toBe(await first);
  expect(one.asked).toEqual([{ kind: 'fetch', view: 'page' }]);
  expect(other.asked).toEqual([]);
  expect(document.head.querySelectorAll('style')).toHaveLength(1);
});

test('where one kernel does not answer, the next widget asks its own', async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  const [silent, dead, other] = [new Kernel(), new Kernel(true), new Kernel()];
  const first = fetched(silent)();
  vi.setSystemTime(Date.now() + 5000);
  void fetched(dead)();
  vi.setSystemTime(Date.now() + 5000);
  void fetched(other)();
  other.answer();
  expect(await first).toEqual({ some: 1 });
  vi.useRealTimers();
});
