import type { Scene } from './scene';

/** A step of the keyboard, in the layout's own directions. */
export type Step = 'forward' | 'back' | 'left' | 'right' | 'first' | 'last';

/** What an arrow key means: along the edges, or among the boxes of a layer. */
export function stepOf(key: string, orientation: 'down' | 'right'): Step | null {
  const down: Record<string, Step> = { ArrowDown: 'forward', ArrowUp: 'back', ArrowLeft: 'left', ArrowRight: 'right' };
  const right: Record<string, Step> = { ArrowRight: 'forward', ArrowLeft: 'back', ArrowUp: 'left', ArrowDown: 'right' };
  if (key === 'Home') return 'first';
  if (key === 'End') return 'last';
  return (orientation === 'down' ? down : right)[key] ?? null;
}

/**
 * Walks from box to box, like a person's finger: along an edge to the nearest box of what follows, back the way one
 * came, and among the boxes of the same layer.
 */
export class Walker {
  private readonly came: [number, number][] = []; // steps forward: from, to

  constructor(private readonly scene: Scene) {}

  /** The box that a step leads to, -1 where it leads nowhere. From no box (-1) every step leads to the first. */
  step(from: number, step: Step): number {
    const { boxes } = this.scene;
    if (!boxes.length) return -1;
    if (from < 0 || step === 'first') return 0;
    if (step === 'last') return boxes.length - 1;
    if (step === 'forward') return this.forward(from);
    if (step === 'back') return this.back(from);
    return this.beside(from, step === 'left' ? -1 : 1);
  }

  private forward(from: number): number {
    const to = this.nearest(from, this.neighbours(from, 'source', 'target'));
    if (to >= 0) this.came.push([from, to]);
    return to;
  }

  private back(from: number): number {
    const last = this.came.pop();
    if (last && last[1] === from) return last[0];
    this.came.length = 0;
    return this.nearest(from, this.neighbours(from, 'target', 'source'));
  }

  private neighbours(from: number, near: 'source' | 'target', far: 'source' | 'target'): number[] {
    return this.scene.lines.flatMap(({ edge }) => (edge[near] === from && edge[far] !== from ? [edge[far]] : []));
  }

  private nearest(from: number, others: number[]): number {
    const { boxes } = this.scene;
    const here = boxes[from]!.group;
    let [best, least] = [-1, Infinity];
    for (const other of others) {
      const there = boxes[other]!.group;
      const distance = Math.hypot(there.x - here.x, there.y - here.y);
      if (distance < least) [best, least] = [other, distance];
    }
    return best;
  }

  /** The next box of the same layer, which all stand on one line. */
  private beside(from: number, way: -1 | 1): number {
    const down = this.scene.graph.orientation === 'down';
    const here = this.scene.boxes[from]!.group;
    let [best, least] = [-1, Infinity];
    this.scene.boxes.forEach(({ group }, i) => {
      const aside = (down ? group.x - here.x : group.y - here.y) * way;
      const off = Math.abs(down ? group.y - here.y : group.x - here.x);
      if (off < 1 && aside > 0 && aside < least) [best, least] = [i, aside];
    });
    return best;
  }
}
