import { modelChannel, type Model } from './channel';
import { fetched } from './fetched';
import type { Graph } from './protocol';
import { View } from './view/view';

/** The entry that anywidget calls, once for each place where the widget is shown. */
function render({ model, el }: { model: Model; el: HTMLElement }): () => void {
  const channel = modelChannel(model);
  const view = new View(el, channel, fetched(channel));
  const restore = (): void => {
    const saved = model.get('snapshot') as Partial<Graph> | null;
    if (saved?.kind === 'graph') view.restore(saved as Graph);
  };
  restore();
  model.on('change:snapshot', restore);
  const lost = (): void => view.lost();
  model.on('comm_live_update', lost); // after it was made, a comm only ends: with its kernel
  return () => {
    model.off('change:snapshot', restore);
    model.off('comm_live_update', lost);
    view.dispose();
  };
}

export default { render };
