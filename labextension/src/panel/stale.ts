import type { NotebookPanel } from '@jupyterlab/notebook';
import type { Badge } from '../protocol';
import { cellOf, edited, runCells } from './cells';
import type { Link } from './link';

const BEHIND = new Set(['stale', 'failed', 'cancelled', 'waiting']);

/** Bring all electron cells up to date: those that were edited as they are written now, then what is stale by that. */
export async function runStale(book: NotebookPanel, link: Link): Promise<void> {
  const ours = new Set(link.panel?.badges.map(({ cell }) => cell));
  const rewritten = book.content.widgets.filter(cell => ours.has(cell.model.id) && edited(cell));
  if (rewritten.length) await runCells(book, rewritten);
  link.send({ kind: 'run_stale', cell: null });
}

/** Run one electron: with what it needs where it is behind, else the cell itself. */
export async function runElectron(book: NotebookPanel, link: Link, badge: Badge): Promise<void> {
  const cell = cellOf(book, badge.cell);
  if (cell && (edited(cell) || !BEHIND.has(badge.state))) await runCells(book, [cell]);
  else link.send({ kind: 'run_stale', cell: badge.cell });
}
