import { beforeEach, expect, test, vi } from 'vitest';
import { runStale } from '../src/panel/stale';

const showErrorMessage = vi.hoisted(() => vi.fn());
vi.mock('@jupyterlab/apputils', () => ({ showErrorMessage }));
vi.mock('@jupyterlab/notebook', () => ({ NotebookActions: {} }));

beforeEach(() => showErrorMessage.mockReset());

/** A notebook without edited cells, and a kernel that answers so. */
async function asked(answer: object | null): Promise<void> {
  const book = { content: { widgets: [] } };
  const link = { panel: { badges: [] }, runStale: () => Promise.resolve(answer) };
  await runStale(book as never, link as never);
}

test('why stale cells are not run is said where nobody can overlook it', async () => {
  await asked({ kind: 'told', ok: false, text: 'ordered [2] read what it had made: run both again', code: '', cells: [] });
  expect(showErrorMessage).toHaveBeenCalledWith(expect.any(String), 'ordered [2] read what it had made: run both again');
});

test('of what goes well, of a kernel that is gone and of an interrupt nothing is said', async () => {
  await asked({ kind: 'told', ok: true, text: 'running what is stale', code: '', cells: [] });
  await asked({ kind: 'told', ok: false, text: 'KeyboardInterrupt: ', code: '', cells: [] });
  await asked(null);
  expect(showErrorMessage).not.toHaveBeenCalled();
});
