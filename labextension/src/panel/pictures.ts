import type { Cell, CodeCell } from '@jupyterlab/cells';
import type { Link } from './link';
import type { Links } from './links';

const SVG = 'image/svg+xml';
const UNDER_WAY = /<desc>[^<]* · (RUNNING|NEW_OBJECT|not run|INTERRUPTED)[\s<]/; // the first line says how it stands

/** The plain picture beside a live view, which is what the notebook keeps. */
export interface Picture {
  /** It is of a dispatch that went on. */
  readonly stale: boolean;
  /** Keep another one; whether it is another. */
  replace(svg: string, text: string): boolean;
}

/** Where a view stands. Cells that are out of sight may be out of the page, too. */
export function standing(links: Links, view: Node): { link: Link; cell: Cell } | null {
  for (const [book, link] of links.all) {
    const cell = book.content.widgets.find(one => one.node.contains(view));
    if (cell) return { link, cell };
  }
  return null;
}

/** The picture that follows a live view in its cell's outputs, if there is one. */
export function pictureBeside(links: Links, view: Node): Picture | null {
  const cell = standing(links, view)?.cell;
  if (cell?.model.type !== 'code') return null;
  const area = (cell as CodeCell).outputArea;
  const at = area.widgets.findIndex(one => one.node.contains(view)) + 1;
  const output = at > 0 && at < area.model.length ? area.model.get(at) : null;
  const known = output?.data[SVG];
  if (!output || known === undefined) return null;
  const svg = Array.isArray(known) ? known.join('') : String(known);
  const { type } = output;
  return {
    stale: UNDER_WAY.test(svg),
    replace: (svg_, text) => {
      if (svg_ === svg || !UNDER_WAY.test(svg)) return false;
      area.model.set(at, { output_type: type, data: { 'text/plain': text, [SVG]: svg_ }, metadata: {} });
      return true;
    }
  };
}
