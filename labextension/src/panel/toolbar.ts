import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { NotebookPanel } from '@jupyterlab/notebook';
import { ToolbarButton, refreshIcon } from '@jupyterlab/ui-components';
import { edited } from './cells';
import type { Links } from './links';
import { electrons, runStale } from './stale';

/** `Run stale` in the toolbar of every notebook whose kernel has electron cells. */
export function addToolbarButtons(app: JupyterFrontEnd, links: Links): void {
  app.docRegistry.addWidgetExtension('Notebook', {
    createNew: (book: NotebookPanel) => {
      const link = links.of(book);
      const button = new ToolbarButton({
        icon: refreshIcon,
        label: 'Run stale',
        tooltip: 'Run all cells that are not up to date',
        onClick: () => void runStale(book, link)
      });
      button.addClass('jf-run-stale');
      const follow = (): void => {
        const panel = link.panel;
        const ours = electrons(link);
        const rewritten = book.content.widgets.some(cell => ours.has(cell.model.id) && edited(cell));
        button.setHidden(!ours.size);
        button.enabled = !!panel && (panel.stale > 0 || rewritten);
      };
      link.onChange(follow);
      book.content.modelContentChanged.connect(follow);
      follow();
      book.toolbar.insertItem(10, 'jupyter-flow-run-stale', button);
      return button;
    }
  });
}
