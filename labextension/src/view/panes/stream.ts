import type { Output } from '../../protocol';
import { Terminal } from '../ansi';
import { h, say } from '../dom';
import { size } from '../text';
import { copyButton } from './copy';
import { button } from './section';

/** What a node writes, as it writes it: follows the end unless one has scrolled up. */
export class Stream {
  readonly element: HTMLElement;
  private terminal = new Terminal();
  private readonly scroller: HTMLElement;
  private readonly cut = h('p.jf-note', { hidden: true });
  private readonly follow: HTMLButtonElement;
  private following = true;

  constructor(title: string, name: string) {
    this.scroller = h('div.jf-scroller', { tabindex: 0, role: 'group', 'aria-label': title });
    this.scroller.addEventListener('scroll', () => this.scrolled(), { passive: true });
    this.scroller.append(this.terminal.element);
    this.follow = button('↓ Follow', () => this.end(), `Follow the end of ${name}`, 'jf-button jf-follow');
    this.follow.hidden = true;
    this.element = h('section.jf-section.jf-stream', { hidden: true },
      h('div.jf-heading',
        h('span.jf-title', { role: 'heading', 'aria-level': 3 }, title),
        h('span.jf-side', copyButton(name, () => this.terminal.text))
      ),
      this.cut,
      h('div.jf-screen', this.scroller, this.follow)
    );
  }

  show(output: Output): void {
    this.element.hidden = !output.text && !output.cut;
    this.cut.hidden = !output.cut;
    if (output.cut) say(this.cut, `The first ${size(output.cut)} are left out.`);
    this.terminal.show(output.text);
    if (this.following) this.scroller.scrollTop = this.scroller.scrollHeight;
  }

  /** Forget it all: another node. */
  clear(): void {
    this.terminal.show('');
    this.element.hidden = this.follow.hidden = this.following = true;
  }

  private scrolled(): void {
    const { scrollTop, clientHeight, scrollHeight } = this.scroller;
    this.following = scrollTop + clientHeight >= scrollHeight - 12;
    this.follow.hidden = this.following;
  }

  private end(): void {
    this.scroller.scrollTop = this.scroller.scrollHeight;
    this.scroller.focus({ preventScroll: true });
  }
}
