import type { Range, Timeline } from '../../protocol';
import type { Scale } from './scale';

const PAUSE = 120; // ms without a change, until the kernel is asked
const PATIENCE = 3000; // ms, after which an answer is taken for lost
const ROUGH = 1.5; // times fewer seconds a pixel than the bars were made for: they are asked for anew

export type PartRequest = Omit<Range, 'view'>;

/** Asks for the part of a timeline that is seen and some on both sides, one question at a time; last wins. */
export class Window {
  private known: Timeline | null = null;
  private asked: { stamp: string; request: PartRequest; at: number } | null = null;
  private open = false; // an answer is awaited
  private timer: ReturnType<typeof setTimeout> | undefined;

  /** `wide` are the pixels that the time has now. */
  constructor(
    private readonly scale: Scale,
    private readonly wide: () => number,
    private readonly ask: (request: PartRequest) => void
  ) {}

  /** What is shown has come. */
  hear(timeline: Timeline): void {
    this.known = timeline;
    if (this.open && answers(timeline, this.asked!.request)) this.open = false;
    this.want();
  }

  /** Something else may be seen now. */
  want(): void {
    clearTimeout(this.timer);
    if (!this.enough()) this.timer = setTimeout(() => this.look(), this.open ? PATIENCE : PAUSE);
  }

  dispose(): void {
    clearTimeout(this.timer);
  }

  private look(): void {
    const width = Math.round(this.wide());
    if (this.enough() || width < 1) return;
    const request = partOf(this.scale, width);
    const stamp = JSON.stringify(request);
    const now = Date.now();
    if (stamp === this.asked?.stamp && now < this.asked.at + PATIENCE) return; // that is all there is
    this.asked = { stamp, request, at: now };
    this.open = true;
    this.ask(request);
  }

  /** Whether what is known shows all that is seen, as fine as it can be drawn. */
  private enough(): boolean {
    const { known, scale } = this;
    if (!known) return true;
    const [start, end] = [known.start, known.end];
    const slack = 1e-6 + (scale.to - scale.from) / 1000;
    if (start > scale.from + slack || end < Math.min(scale.to, known.span) - slack) return false;
    if (!known.bars.some(({ count }) => count > 1)) return true;
    if (known.width === 0 && scale.all) return true;
    const fine = (scale.to - scale.from) / Math.max(1, this.wide());
    return known.width > 0 && (end - start) / known.width <= fine * ROUGH;
  }
}

/** What is seen, and half as much on both sides, so that there is something to move to. */
function partOf({ from, to, all, whole }: Scale, width: number): PartRequest {
  if (all) return { kind: 'range', start: null, end: null, width };
  const [start, end] = [from - (to - from) / 2, to + (to - from) / 2];
  const [first, last] = [Math.max(0, start), Math.min(whole, end)];
  const pixels = Math.round((width * (last - first)) / (to - from));
  return { kind: 'range', start: start > 0 ? start : null, end: end < whole ? end : null, width: pixels };
}

function answers({ start, width }: Timeline, request: PartRequest): boolean {
  return width === request.width && Math.abs(start - (request.start ?? 0)) < 1e-6;
}
