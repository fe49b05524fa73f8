import type { ViewMessage, ViewRequest } from './protocol';

/** The way to the kernel: messages of all views pass through it, each view listens for its own. */
export interface Channel {
  send(request: ViewRequest): void;
  /** Returns what ends the listening. */
  listen(hear: (message: ViewMessage) => void): () => void;
}

/** Custom messages of an anywidget model, as far as a channel needs them. */
export interface Model {
  get(name: string): unknown;
  send(content: unknown): void;
  on(event: string, heard: (message: unknown) => void): void;
  off(event: string, heard: (message: unknown) => void): void;
}

/** A widget's custom messages as a channel. */
export function modelChannel(model: Model): Channel {
  return {
    send: request => model.send(request),
    listen: hear => {
      const heard = (message: unknown): void => hear(message as ViewMessage);
      model.on('msg:custom', heard);
      return () => model.off('msg:custom', heard);
    }
  };
}
