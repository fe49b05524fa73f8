import type { NotebookPanel } from '@jupyterlab/notebook';
import type { Badge } from '../protocol';
import { cellOf, edited, runCells } from './cells';
import type { Link } from './link';

const BEHIND = new Set(['stale', 'failed', 'cancelled', 'waiting']);

/** Bring all electron cells up to date: those that were edited as they are written now, then what is stale by that. */
export async function runStale(book: NotebookPanel, link: Link): Promise<void> {
  const ours = electrons(link);
  const rewritten = book.content.widgets.filter(cell => ours.has(cell.model.id) && edited(cell));
  if (rewritten.length) await runCells(book, rewritten);
  await link.runStale(null);
}

/** Run one cell: an electron with what it needs where it is behind, else the cell itself. */
export async function runElectron(book: NotebookPanel, link: Link, badge: Badge): Promise<void> {
  const cell = cellOf(book, badge.cell);
  if (badge.cell_kind === 'cell') {
    if (link.panel?.stale) await link.runStale(null); // what it shows is to be made of what is up to date
    if (cell) await runCells(book, [cell]);
  } else if (cell && (edited(cell) || !BEHIND.has(badge.state))) await runCells(book, [cell]);
  else await link.runStale(badge.cell);
}

/** The cells that run by themselves, by their ids. */
export function electrons(link: Link): Set<string> {
  return new Set((link.panel?.badges ?? []).filter(badge => badge.cell_kind === 'electron').map(({ cell }) => cell));
}
