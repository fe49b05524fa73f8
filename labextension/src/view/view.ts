import type { Channel } from '../channel';
import type { ViewMessage } from '../protocol';
import { h } from './dom';

export interface ViewOptions {
  /** Whose graph; left out where the channel belongs to one dispatch. */
  dispatch?: string;
  /** Of the graph, in pixels. */
  height?: number;
}

/** The whole view of a dispatch: toolbar, progress, graph, panes. */
export class View {
  private readonly root = h('div', { class: 'jp-flow' });
  private readonly unlisten: () => void;

  constructor(host: HTMLElement, channel: Channel, options: ViewOptions = {}) {
    host.append(this.root);
    this.unlisten = channel.listen(message => this.hear(message));
    channel.send({ kind: 'open', view: 'stub', ...(options.dispatch ? { dispatch: options.dispatch } : {}) });
  }

  /** Takes a message of any view; a saved picture is shown by it, too. */
  hear(message: ViewMessage): void {
    if (message.kind === 'graph') {
      this.root.textContent = message.title;
    }
  }

  dispose(): void {
    this.unlisten();
    this.root.remove();
  }
}
