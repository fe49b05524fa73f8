import type { ISessionContext } from '@jupyterlab/apputils';
import { Signal } from '@lumino/signaling';
import { expect, test, vi } from 'vitest';
import { Link } from '../src/panel/link';

vi.mock('../src/panel/wire', () => ({
  Wire: class {
    begin = (): Promise<boolean> => new Promise(() => undefined);
    end = (): void => undefined;
  }
}));

const from = {};

/** A notebook whose kernel does what a test wants. */
class Notebook {
  session: { kernel: object } | null = null;
  readonly kernelChanged = new Signal<object, void>(from);
  readonly statusChanged = new Signal<object, void>(from);
  readonly disposed = new Signal<object, void>(from);

  kernel(id: string | null): void {
    const target = (): void => undefined;
    this.session = id === null ? null : { kernel: { id, status: 'idle', registerCommTarget: target, removeCommTarget: target } };
    this.kernelChanged.emit();
  }

  status(status: string): void {
    Object.assign(this.session!.kernel, { status });
    this.statusChanged.emit();
  }
}

test('a kernel that dies, is restarted, exchanged or shut down is gone; one that is found again is not', () => {
  const book = new Notebook();
  book.kernel('a');
  const link = new Link(book as unknown as ISessionContext);
  let gone = 0;
  link.onEnd(() => gone++);
  book.status('busy');
  book.kernel('a'); // the same, over another connection
  expect(gone).toBe(0);
  book.status('autorestarting');
  expect(gone).toBe(1);
  book.kernel('b');
  expect(gone).toBe(2);
  book.kernel(null);
  expect([gone, link.state]).toEqual([3, 'no kernel']);
  book.kernel('c');
  book.status('dead');
  expect([gone, link.state]).toEqual([4, 'no kernel']);
  link.dispose();
});
