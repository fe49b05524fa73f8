import { modelChannel, type Channel, type Model } from './channel';
import { fetched } from './fetched';
import type { Graph } from './protocol';
import { offer } from './view/dom';
import { View } from './view/view';

/** The kernel of some views is gone. */
interface Gone {
  had: (view: Node) => boolean;
}

/** The entry that anywidget calls, once for each place where the widget is shown. */
function render({ model, el }: { model: Model; el: HTMLElement }): () => void {
  const channel = modelChannel(model);
  let [moved, over] = [false, false];
  /** Go on with what a later kernel of the notebook finds in the store, wherever there is one that can be asked. */
  const follow = ({ dispatch }: Graph): void => {
    if (dispatch) offer('channel', { from: el, over: () => over, use: (other: Channel | null) => use(dispatch, other) });
  };
  const use = (dispatch: string, other: Channel | null): void => {
    moved = true;
    if (!other) return view.lost();
    const { shown } = view;
    view.dispose();
    view = new View(el, other, fetched(other), { dispatch });
    if (shown) view.restore(shown);
  };
  let view = new View(el, channel, fetched(channel), { lost: follow });
  const restore = (): void => {
    const saved = model.get('snapshot') as Partial<Graph> | null;
    if (!moved && saved?.kind === 'graph') view.restore(saved as Graph);
  };
  restore();
  model.on('change:snapshot', restore);
  const lost = (): void => {
    if (!moved) view.lost();
  };
  const gone = (event: Event): void => {
    if ((event as CustomEvent<Gone>).detail.had(el)) lost();
  };
  model.on('comm_live_update', lost); // after it was made, a comm only ends: with its kernel
  document.addEventListener('jupyter-flow:kernel-gone', gone); // which not every front end tells its comms
  return () => {
    over = true;
    model.off('change:snapshot', restore);
    model.off('comm_live_update', lost);
    document.removeEventListener('jupyter-flow:kernel-gone', gone);
    view.dispose();
  };
}

export default { render };
