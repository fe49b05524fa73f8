import { modelChannel, type Model } from './channel';
import { View } from './view/view';

/** The entry that anywidget calls, once for each place where the widget is shown. */
function render({ model, el }: { model: Model; el: HTMLElement }): () => void {
  const view = new View(el, modelChannel(model));
  return () => view.dispose();
}

export default { render };
