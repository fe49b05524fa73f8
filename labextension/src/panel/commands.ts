import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { ICommandPalette } from '@jupyterlab/apputils';
import { LOAD, insertCell } from './cells';
import { FLOW } from './graphs';
import type { Link } from './link';
import type { Links } from './links';
import { PANEL } from './panel';
import { cancelAll } from './running';
import { runStale } from './stale';

const SHOW_PANEL = 'jupyter-flow:show-panel';
export const RUN_STALE = 'jupyter-flow:run-stale';
const CANCEL_ALL = 'jupyter-flow:cancel-all';
const SHOW_LAST = 'jupyter-flow:show-last';
const EXECUTORS = 'jupyter-flow:executors';
const SHOW_FLOW = 'jupyter-flow:show-flow';
const LOAD_CELL = 'jupyter-flow:load';

/** All of it by name, for the palette, shortcuts and menus. */
export function addCommands(
  app: JupyterFrontEnd,
  links: Links,
  show: (link: Link, dispatch: string) => void,
  palette: ICommandPalette | null
): void {
  const { commands, shell } = app;
  const live = (): Link | null => (links.current?.state === 'live' ? links.current : null);
  const changed = (): void => [RUN_STALE, CANCEL_ALL, SHOW_LAST, SHOW_FLOW].forEach(id => commands.notifyCommandChanged(id));

  commands.addCommand(SHOW_PANEL, { label: 'Show the Flow Panel', execute: () => shell.activateById(PANEL) });
  commands.addCommand(EXECUTORS, {
    label: 'Show Executors',
    execute: () => {
      shell.activateById(PANEL);
      document.querySelector(`#${PANEL} section[aria-label="Executors"]`)?.scrollIntoView();
    }
  });
  commands.addCommand(RUN_STALE, {
    label: 'Run Stale Cells',
    caption: 'Run all cells that are not up to date',
    isEnabled: () => live() !== null,
    execute: async () => {
      const link = live();
      if (link && links.book) await runStale(links.book, link);
    }
  });
  commands.addCommand(CANCEL_ALL, {
    label: 'Cancel All Dispatches',
    isEnabled: () => live() !== null,
    execute: () => links.current && cancelAll([links.current])
  });
  commands.addCommand(SHOW_LAST, {
    label: 'Show the Graph of the Last Dispatch',
    isEnabled: () => !!live()?.panel?.dispatches.length,
    execute: () => {
      const link = live();
      const last = link?.panel?.dispatches[0];
      if (link && last) show(link, last.dispatch);
    }
  });
  commands.addCommand(SHOW_FLOW, {
    label: 'Show the Graph of the Electron Cells',
    isEnabled: () => !!live()?.panel?.flow,
    execute: () => {
      const link = live();
      if (link) show(link, FLOW);
    }
  });
  commands.addCommand(LOAD_CELL, {
    label: 'Insert a Cell that Loads jupyter_flow',
    execute: () => links.book && insertCell(links.book, LOAD)
  });
  links.onChange(changed);
  for (const command of [SHOW_PANEL, RUN_STALE, CANCEL_ALL, SHOW_LAST, SHOW_FLOW, EXECUTORS, LOAD_CELL])
    palette?.addItem({ command, category: 'Flow' });
}
