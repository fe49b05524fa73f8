import type { Channel } from './channel';
import type { ViewMessage } from './protocol';
import type { Panes } from './view/panes/all';

declare const PANES_NAME: string; // by the build: of the panes that belong to this module

/** What a page has of the panes, whichever widget asked for them; other builds have their own. */
interface Shelf {
  panes: Promise<Panes>;
  put: (panes: Promise<Panes>) => void;
  asked: number; // when, in ms
  came: boolean;
}

const PATIENCE = 3000; // ms, after which another view asks again
const NEVER = -Infinity;

/** The panes, fetched from the kernel by a channel once for the page. It may never answer: there may be no kernel. */
export function fetched(channel: Channel): () => Promise<Panes> {
  return () => {
    const shelf = shelfOf(globalThis as Record<symbol, unknown>);
    if (!shelf.came && Date.now() > shelf.asked + PATIENCE) ask(channel, shelf);
    return shelf.panes;
  };
}

function shelfOf(page: Record<symbol, unknown>): Shelf {
  const key = Symbol.for(`jupyter-flow panes ${PANES_NAME}`);
  let shelf = page[key] as Shelf | undefined;
  if (!shelf) {
    let put: Shelf['put'] = () => undefined;
    const panes = new Promise<Panes>(resolve => (put = resolve));
    page[key] = shelf = { panes, put, asked: NEVER, came: false };
  }
  return shelf;
}

function ask(channel: Channel, shelf: Shelf): void {
  shelf.asked = Date.now();
  const stop = channel.listen((message: ViewMessage) => {
    if (message.kind !== 'module') return;
    stop();
    if (shelf.came) return;
    shelf.came = true;
    shelf.put(made(message.text));
  });
  try {
    channel.send({ kind: 'fetch', view: 'page' });
  } catch {
    stop(); // there is no kernel
  }
}

/** A module from its text. It comes the way the widget itself has come, and is as trusted. */
async function made(text: string): Promise<Panes> {
  const url = URL.createObjectURL(new Blob([text], { type: 'text/javascript' }));
  try {
    const { PANES, style } = (await import(/* webpackIgnore: true */ url)) as { PANES: Panes; style: string };
    document.head.append(Object.assign(document.createElement('style'), { textContent: style }));
    return PANES;
  } finally {
    URL.revokeObjectURL(url);
  }
}
