import type { Cell, CodeCell } from '@jupyterlab/cells';
import { NotebookActions, type NotebookPanel } from '@jupyterlab/notebook';

export const LOAD = '%load_ext jupyter_flow';

/** A notebook's cell by its id. */
export function cellOf(book: NotebookPanel, id: string): Cell | undefined {
  return book.content.widgets.find(cell => cell.model.id === id);
}

/** Whether a cell was edited since it was run. */
export function edited(cell: Cell): boolean {
  return cell.model.type === 'code' && (cell as CodeCell).model.isDirty;
}

/** The cell that loads us, if there is one. */
export function loadingCell(book: NotebookPanel): Cell | undefined {
  const loads = (cell: Cell): boolean => cell.model.sharedModel.source.split('\n').some(line => line.trim() === LOAD);
  return book.content.widgets.find(cell => cell.model.type === 'code' && loads(cell));
}

/** Go to the cell that loads us; where there is none, one is inserted before all code. */
export function goToLoad(book: NotebookPanel): void {
  const known = loadingCell(book);
  if (known) return void showCell(book, known.model.id);
  const notebook = book.content;
  const code = notebook.widgets.findIndex(cell => cell.model.type === 'code');
  notebook.activeCellIndex = code < 0 ? notebook.widgets.length - 1 : code;
  if (code < 0) return insertCell(book, LOAD);
  NotebookActions.insertAbove(notebook);
  fillIn(book, LOAD);
}

/** Insert a code cell below the active one, and go there. */
export function insertCell(book: NotebookPanel, code: string): void {
  const notebook = book.content;
  NotebookActions.insertBelow(notebook);
  fillIn(book, code);
}

/** Write the active cell, and go there. */
function fillIn(book: NotebookPanel, code: string): void {
  const notebook = book.content;
  notebook.activeCell?.model.sharedModel.setSource(code);
  const at = notebook.activeCellIndex;
  void reveal(book, at).then(() => {
    if (notebook.activeCellIndex === at) notebook.mode = 'edit';
    notebook.activate(); // the focus goes there from wherever it was
  });
}

/** Go to a cell, wherever it is. */
export async function showCell(book: NotebookPanel, id: string): Promise<void> {
  const at = book.content.widgets.findIndex(cell => cell.model.id === id);
  if (at < 0) return;
  book.content.deselectAll();
  book.content.activeCellIndex = at;
  book.content.mode = 'command';
  await reveal(book, at);
  book.content.activate();
}

/** Lab draws cells as they come into sight, so their heights are known only then: look again when this one is there. */
async function reveal(book: NotebookPanel, at: number): Promise<void> {
  const cell = book.content.widgets[at];
  if (!cell) return;
  await book.content.scrollToItem(at, 'smart').catch(() => undefined);
  await cell.ready.catch(() => undefined);
  cell.node.scrollIntoView({ block: 'nearest' });
}

/** Run cells as if their buttons were pressed; whether all went well. The selection stays where it is. */
export async function runCells(book: NotebookPanel, cells: readonly Cell[]): Promise<boolean> {
  return NotebookActions.runCells(book.content, cells, book.sessionContext);
}
