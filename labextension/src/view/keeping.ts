import type { Drawing, State } from '../protocol';
import { offer } from './dom';
import { isFinal } from './text';

const LATER = 2000; // ms in which the kernel's own picture of the end comes, where the page knows it

/**
 * Sees to it that the notebook keeps the picture of a dispatch's end. A page that was loaded again while it ran is not
 * told of pictures that the kernel changes, and would save that of the beginning.
 */
export class Keeper {
  private timer: ReturnType<typeof setTimeout> | undefined;
  private status = -1;

  constructor(private readonly from: HTMLElement, private readonly ask: () => void) {}

  /** How the dispatch is, as the kernel tells it. */
  show({ status }: State): void {
    if (status === this.status) return;
    this.status = status;
    clearTimeout(this.timer);
    if (isFinal(status)) this.timer = setTimeout(() => this.look(), LATER);
  }

  /** A picture has come; whether it was for the notebook. */
  hear({ dark, svg, text }: Drawing): boolean {
    if (dark === null) offer('picture', { from: this.from, svg, text });
    return dark === null;
  }

  dispose(): void {
    clearTimeout(this.timer);
  }

  private look(): void {
    if (offer('stale-picture', { from: this.from })) this.ask();
  }
}
