import type { Orientation, Point } from '../../protocol';
import type { Rect } from './camera';
import { onBend, overlap } from './curve';
import { SMALL, type Cutter } from './lettering';

/** What is written on an edge, and the middle of it. */
export interface Label {
  readonly text: string;
  readonly at: Point;
}

const ROOMS = [90, 40]; // px that a label may take; where the first is not to be had, it is shortened
const PLACES = [0.5, 0.4, 0.6, 0.3, 0.7, 0.2, 0.8]; // along a bend
const STEPS = 14; // points of a bend that others are kept away from
export const HIGH = 6; // px, half of a label

/** Places labels on edges one after the other, so that they hide no box and no other label, and lie on one edge only. */
export class Labels {
  private readonly taken: Rect[] = [];
  private readonly lines: { points: Point[]; bounds: Rect }[];

  /** `routes` are kept free, but for that of the edge itself. */
  constructor(
    private readonly boxes: readonly Rect[],
    routes: readonly (readonly Point[])[],
    private readonly orientation: Orientation,
    private readonly cutter: Cutter
  ) {
    this.lines = routes.map(route => {
      const points = bendsOf(route).flatMap(([a, b]) => sampled(a, b, orientation));
      return { points, bounds: around(points) };
    });
  }

  /** Where a text can stand on a route, shortened if it must be; null where it cannot. */
  place(route: readonly Point[], text: string, own = -1): Label | null {
    for (const room of ROOMS) {
      const cut = this.cutter.cut(text, SMALL, room);
      const at = cut && this.find(route, this.cutter.measure(cut, SMALL), own);
      if (at) return { text: cut, at };
    }
    return null;
  }

  /** The same, but somewhere in any case: what is asked for is told. */
  force(route: readonly Point[], text: string): Label | null {
    const [bend] = bendsOf(route);
    if (!text || !bend) return null;
    const cut = this.cutter.cut(text, SMALL, ROOMS[0]!);
    return this.place(route, text) ?? { text: cut, at: onBend(...bend, 0.5, this.orientation) };
  }

  private find(route: readonly Point[], wide: number, own: number): Point | null {
    for (const [a, b] of bendsOf(route)) {
      for (const t of PLACES) {
        const [x, y] = onBend(a, b, t, this.orientation);
        const rect = { left: x - wide / 2 - 2, top: y - HIGH, right: x + wide / 2 + 2, bottom: y + HIGH };
        if (!this.free(rect, own)) continue;
        this.taken.push(rect);
        return [x, y];
      }
    }
    return null;
  }

  private free(rect: Rect, own: number): boolean {
    const hidden = (other: Rect): boolean => overlap(rect, other);
    if (this.taken.some(hidden) || this.boxes.some(hidden)) return false;
    const inside = ([x, y]: Point): boolean => x > rect.left && x < rect.right && y > rect.top && y < rect.bottom;
    return !this.lines.some(({ points, bounds }, i) => i !== own && overlap(rect, bounds) && points.some(inside));
  }
}

/** The parts of a route from layer to layer: the longest of its two last first, where labels are looked for. */
function bendsOf(route: readonly Point[]): [Point, Point][] {
  const bends = route.slice(1).map((b, i): [Point, Point] => [route[i]!, b]);
  const long = ([a, b]: [Point, Point]): number => Math.abs(a[0] - b[0]) + Math.abs(a[1] - b[1]);
  const last = bends.slice(-2).sort((a, b) => long(b) - long(a));
  return [...last, ...bends.slice(0, -2).reverse()];
}

function sampled(a: Point, b: Point, orientation: Orientation): Point[] {
  return [...Array(STEPS + 1).keys()].map(i => onBend(a, b, i / STEPS, orientation));
}

function around(points: readonly Point[]): Rect {
  const [xs, ys] = [points.map(([x]) => x), points.map(([, y]) => y)];
  return { left: Math.min(...xs) - 1, top: Math.min(...ys) - 1, right: Math.max(...xs) + 1, bottom: Math.max(...ys) + 1 };
}
