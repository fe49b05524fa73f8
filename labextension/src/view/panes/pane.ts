import type { ViewMessage, ViewRequest } from '../../protocol';

type Without<Request> = Request extends { view: string } ? Omit<Request, 'view'> : never;

/** A request, but for the view's id, which the view fills in. */
export type PaneRequest = Without<ViewRequest>;

export type Ask = (request: PaneRequest) => void;

export type OpenNode = (node: number) => void;

/** A part of the view beside the graph. It hears every message of its view and takes what concerns it. */
export interface Pane {
  readonly element: HTMLElement;
  hear(message: ViewMessage): void;
  /** The kernel is gone: what was known stays, and nothing goes on. The whole has this status from now on. */
  lost(dispatch: number): void;
  dispose(): void;
}

/** The kernel's clock, in seconds since the epoch, as far as its messages told it. */
export class KernelClock {
  private ahead = 0;
  private told = 0;

  /** When it was heard last; now, if never. */
  get last(): number {
    return this.told || this.now();
  }

  set(now: number): void {
    this.told = now;
    this.ahead = now - Date.now() / 1000;
  }

  now(): number {
    return Date.now() / 1000 + this.ahead;
  }
}
