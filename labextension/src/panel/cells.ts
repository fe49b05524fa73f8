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

/** Insert a code cell below the active one, and go there. */
export function insertCell(book: NotebookPanel, code: string): void {
  const notebook = book.content;
  NotebookActions.insertBelow(notebook);
  notebook.activeCell?.model.sharedModel.setSource(code);
  notebook.activeCell?.node.scrollIntoView({ block: 'nearest' });
  notebook.mode = 'edit';
}

/** Run cells as if their buttons were pressed; the selection stays where it is. */
export async function runCells(book: NotebookPanel, cells: readonly Cell[]): Promise<void> {
  await NotebookActions.runCells(book.content, cells, book.sessionContext);
}
