import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';

const plugin: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-flow:panel',
  autoStart: true,
  activate: (_app: JupyterFrontEnd) => undefined
};

export default plugin;
