import {
  ILabShell,
  ILayoutRestorer,
  type JupyterFrontEnd,
  type JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { INotebookTracker } from '@jupyterlab/notebook';
import { IRunningSessionManagers } from '@jupyterlab/running';
import { Badges } from './panel/badges';
import { goToLoad } from './panel/cells';
import { RUN_STALE, addCommands } from './panel/commands';
import { listen, serve } from './panel/events';
import { FLOW, Graphs } from './panel/graphs';
import type { Link } from './panel/link';
import { Links } from './panel/links';
import { FlowPanel } from './panel/panel';
import { addRunning } from './panel/running';
import { runElectron } from './panel/stale';
import { addToolbarButtons } from './panel/toolbar';

function activate(
  app: JupyterFrontEnd,
  tracker: INotebookTracker,
  lab: ILabShell | null,
  palette: ICommandPalette | null,
  managers: IRunningSessionManagers | null,
  restorer: ILayoutRestorer | null
): void {
  const links = new Links(tracker);
  const graphs = new Graphs(app, lab ? 'main' : 'down');
  const show = (link: Link, dispatch: string): void => graphs.show(link, dispatch);
  const showHere = (dispatch: string): void => {
    if (links.current) show(links.current, dispatch);
  };
  const panel = new FlowPanel(links, {
    show: showHere,
    flow: () => showHere(FLOW),
    load: () => links.book && goToLoad(links.book),
    runStale: () => void app.commands.execute(RUN_STALE)
  });
  app.shell.add(panel, 'right', { rank: 900 });
  restorer?.add(panel, panel.id);
  addCommands(app, links, show, palette);
  addToolbarButtons(app, links);
  if (managers) addRunning(managers, links, show);
  listen(app, links, showHere);
  serve(links);
  links.onBook((book, link) => {
    new Badges(book, link, {
      show: badge => show(link, badge.dispatch),
      cancel: ({ cell }) => link.send({ kind: 'cancel_cell', cell }),
      run: badge => void runElectron(book, link, badge)
    });
  });
}

const plugin: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-flow:panel',
  description: 'Dispatches and executors of the current notebook, and badges on its electron cells.',
  autoStart: true,
  requires: [INotebookTracker],
  optional: [ILabShell, ICommandPalette, IRunningSessionManagers, ILayoutRestorer],
  activate
};

export default plugin;
