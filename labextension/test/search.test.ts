import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Found } from '../src/protocol';
import { Search } from '../src/view/search';

const done: string[] = [];
let search: Search;

function found(text: string, nodes: [number, number][]): Found {
  return { kind: 'found', view: 'v', text, total: nodes.length, hits: nodes.map(([node, group]) => ({ node, group, name: 'f' })) };
}

function type(text: string): void {
  const input = search.element.querySelector('input')!;
  input.value = text;
  input.dispatchEvent(new Event('input'));
  vi.runAllTimers();
}

function enter(): void {
  search.element.querySelector('input')!.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter' }));
}

beforeEach(() => {
  vi.useFakeTimers();
  done.length = 0;
  search = new Search(
    text => done.push(`ask ${text}`),
    () => undefined,
    box => done.push(`go ${box}`),
    (node, box) => done.push(`open ${node} in ${box}`)
  );
});

afterEach(() => vi.useRealTimers());

test('Enter opens the group of a node that was asked for by its number, and goes where the node is then', () => {
  type('12');
  search.hear(found('12', [[12, 0]]));
  expect(search.element.textContent).toBe('1 node: #12 f');
  enter();
  search.hear(found('12', [[12, 7]])); // the picture with the group open
  expect(done).toEqual(['ask 12', 'go 0', 'open 12 in 0', 'go 7']);
});

test('Enter walks on where names were asked for, and after a number was opened', () => {
  type('f');
  search.hear(found('f', [[0, 0], [1, 1]]));
  expect([...search.element.querySelectorAll('.jf-hits span')].map(part => part.textContent)).toEqual(['1 of 2', ' nodes: f']);
  enter();
  type('2');
  search.hear(found('2', [[2, 0], [5, 3]]));
  enter();
  search.hear(found('2', [[2, 4], [5, 3]]));
  enter();
  expect(done).toEqual(['ask f', 'go 0', 'go 1', 'ask 2', 'go 0', 'open 2 in 0', 'go 4', 'go 3']);
});
