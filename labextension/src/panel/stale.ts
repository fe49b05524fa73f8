import { showErrorMessage } from '@jupyterlab/apputils';
import type { NotebookPanel } from '@jupyterlab/notebook';
import type { Badge, Told } from '../protocol';
import { cellOf, edited, runCells } from './cells';
import type { Link } from './link';

const BEHIND = new Set(['stale', 'failed', 'cancelled', 'skipped', 'waiting']);

const busy = new WeakSet<Link>();

/** Bring all cells up to date: electrons that were edited as they are written now, then what is stale by that. */
export async function runStale(book: NotebookPanel, link: Link): Promise<void> {
  const ours = electrons(link);
  const rewritten = book.content.widgets.filter(cell => ours.has(cell.model.id) && edited(cell));
  if (rewritten.length && !(await runCells(book, rewritten))) return;
  await inSteps(book, link, null);
}

/** Run one cell: an electron with what it needs where it is behind, an ordinary one after what it needs. */
export async function runElectron(book: NotebookPanel, link: Link, badge: Badge): Promise<void> {
  const cell = cellOf(book, badge.cell);
  const behind = BEHIND.has(badge.state) && !(cell && badge.cell_kind === 'electron' && edited(cell));
  if (behind) await inSteps(book, link, badge.cell);
  else if (cell) await runCells(book, [cell]);
}

/** Electron cells run by themselves when they are asked for; ordinary ones here, so that their outputs are seen. */
async function inSteps(book: NotebookPanel, link: Link, cell: string | null): Promise<void> {
  if (busy.has(link)) return;
  busy.add(link);
  try {
    const ran: string[] = [];
    for (;;) {
      const step = await link.runStale(cell, ran);
      if (step && !step.ok) return refused(step);
      if (!step?.cells.length) return;
      ran.push(...step.cells);
      const cells = step.cells.map(id => cellOf(book, id)).filter(found => found !== undefined);
      if (cells.length && !(await runCells(book, cells))) return link.forget(); // the cell shows why
    }
  } finally {
    busy.delete(link);
  }
}

/** Say why nothing more was run, also where the panel is not in sight. */
function refused({ text }: Told): void {
  if (text && !text.startsWith('KeyboardInterrupt')) void showErrorMessage('Stale cells were not run', text);
}

/** The cells that run by themselves, by their ids. */
export function electrons(link: Link): Set<string> {
  return new Set((link.panel?.badges ?? []).filter(badge => badge.cell_kind === 'electron').map(({ cell }) => cell));
}
