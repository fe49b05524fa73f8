import { h } from '../dom';
import type { Size } from './camera';
import { Cutter } from './lettering';

const GENTLE = 50; // ms between frames while nothing but the running nodes moves

/**
 * A canvas that fills its element, sharp on any screen, and draws when it must: as soon as something is wanted, all
 * the time while something moves, now and then while nodes run; never while it is out of sight.
 */
export class Stage {
  readonly canvas = h('canvas', { class: 'jf-canvas', tabindex: 0 });
  readonly ctx = this.canvas.getContext('2d')!;
  readonly cutter: Cutter;
  room: Size = { width: 0, height: 0 };
  private readonly sizes: ResizeObserver;
  private readonly sight: IntersectionObserver;
  private visible = true;
  private wanted = 0; // the animation frame that was asked for
  private timer: ReturnType<typeof setTimeout> | undefined;
  private ratio = 1;

  /** `draw` says whether the next frame is wanted at once, after a while, or not. */
  constructor(
    host: HTMLElement,
    private readonly draw: (time: number) => 'now' | 'soon' | 'later',
    private readonly resized: () => void
  ) {
    host.append(this.canvas);
    const widths = new Map<string, number>();
    this.cutter = new Cutter((text, font) => {
      const key = font + text;
      let width = widths.get(key);
      if (width === undefined) {
        if (widths.size > 5000) widths.clear();
        if (this.ctx.font !== font) this.ctx.font = font;
        widths.set(key, (width = this.ctx.measureText(text).width));
      }
      return width;
    });
    this.sizes = new ResizeObserver(() => this.fill());
    this.sizes.observe(host);
    this.sight = new IntersectionObserver(entries => {
      this.visible = entries[entries.length - 1]?.isIntersecting ?? true;
      this.want();
    });
    this.sight.observe(host);
  }

  /** Draw soon. */
  want(): void {
    if (this.timer !== undefined) clearTimeout(this.timer);
    this.timer = undefined;
    if (this.wanted || !this.visible) return;
    this.wanted = requestAnimationFrame(time => this.frame(time));
  }

  dispose(): void {
    cancelAnimationFrame(this.wanted);
    clearTimeout(this.timer);
    this.sizes.disconnect();
    this.sight.disconnect();
    this.visible = false;
  }

  private frame(time: number): void {
    this.wanted = 0;
    this.fill();
    const { ctx, ratio } = this;
    ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
    const next = this.draw(time);
    if (next === 'now') this.want();
    else if (next === 'soon' && this.timer === undefined) this.timer = setTimeout(() => this.want(), GENTLE);
  }

  /** As many pixels as the screen has; moving to another screen changes that, too. */
  private fill(): void {
    const host = this.canvas.parentElement;
    if (!host) return;
    const [width, height] = [host.clientWidth, host.clientHeight];
    const ratio = window.devicePixelRatio || 1;
    const same = width === this.room.width && height === this.room.height;
    if ((same && ratio === this.ratio) || !width || !height) return;
    this.room = { width, height };
    this.ratio = ratio;
    this.canvas.width = Math.round(width * ratio);
    this.canvas.height = Math.round(height * ratio);
    if (!same) this.resized();
    this.want();
  }
}
