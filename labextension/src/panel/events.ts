import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { NotebookPanel } from '@jupyterlab/notebook';
import type { Channel } from '../channel';
import { cellOf, insertCell, showCell } from './cells';
import { offer } from '../view/dom';
import type { Links } from './links';
import { pictureBeside, standing } from './pictures';

/** What widgets in the page ask of us; they learn from `preventDefault` that somebody has heard. */
export function listen(app: JupyterFrontEnd, links: Links, show: (dispatch: string) => void): void {
  document.addEventListener('jupyter-flow:insert-cell', event => {
    const book = around(event, links) ?? links.book;
    const code = detail(event, 'code');
    if (!book || code === null) return;
    app.shell.activateById(book.id);
    insertCell(book, code);
    event.preventDefault();
  });
  document.addEventListener('jupyter-flow:show', event => {
    const dispatch = detail(event, 'dispatch');
    if (dispatch === null || links.current?.state !== 'live') return;
    show(dispatch);
    event.preventDefault();
  });
  document.addEventListener('jupyter-flow:show-cell', event => {
    const cell = detail(event, 'cell');
    const book = links.all.map(([one]) => one).find(one => cell !== null && cellOf(one, cell));
    if (!book || cell === null) return;
    app.shell.activateById(book.id);
    void showCell(book, cell);
    event.preventDefault();
  });
}

/** What live views ask of the notebook they stand in: another way to its kernel, and to keep a picture. They are told that it is gone. */
export function serve(links: Links): void {
  document.addEventListener('jupyter-flow:channel', event => {
    const { from, use, over } = (event as CustomEvent<Move>).detail;
    const link = standing(links, from)?.link;
    if (!link) return;
    let connection = 0;
    const stop = link.onChange(() => follow());
    const follow = (): void => {
      if (over()) return stop();
      if (link.connection === connection) return;
      connection = link.connection;
      use(connection ? link.channel : null);
    };
    follow();
    event.preventDefault();
  });
  links.onBook((_, link) => link.onEnd(() => offer('kernel-gone', { had: (view: Node) => standing(links, view)?.link === link })));
  document.addEventListener('jupyter-flow:stale-picture', event => {
    const { from } = (event as CustomEvent<Kept>).detail;
    if (pictureBeside(links, from)?.stale) event.preventDefault();
  });
  document.addEventListener('jupyter-flow:picture', event => {
    const { from, svg, text } = (event as CustomEvent<Kept>).detail;
    if (pictureBeside(links, from)?.replace(svg, text)) event.preventDefault();
  });
}

interface Move {
  from: Node;
  use: (channel: Channel | null) => void;
  over: () => boolean;
}

interface Kept {
  from: Node;
  svg: string;
  text: string;
}

function detail(event: Event, name: string): string | null {
  const value = ((event as CustomEvent).detail as Record<string, unknown> | null)?.[name];
  return typeof value === 'string' && value ? value : null;
}

/** The notebook that the asking widget stands in. */
function around(event: Event, links: Links): NotebookPanel | undefined {
  const [from] = event.composedPath();
  return links.all.map(([book]) => book).find(book => from instanceof Node && book.node.contains(from));
}
