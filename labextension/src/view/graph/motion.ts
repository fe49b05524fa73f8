import type { Point } from '../../protocol';
import type { Box, Line, Scene } from './scene';

export const MOVING = 320; // ms

/** Where a box is drawn now, and how much of it is to be seen. */
export interface Spot {
  readonly box: Box;
  readonly x: number;
  readonly y: number;
  readonly alpha: number;
}

/**
 * The way from one layout to the next. Boxes that are in both move; new ones come out of the box of their name that
 * is gone (the group that was opened), and those that are gone move into the box of their name that is new.
 */
export class Motion {
  private readonly start: Spot[];
  private readonly gone: { box: Box; to: Box | undefined }[];
  private readonly known: Map<string, Line>;

  constructor(
    from: Scene,
    private readonly to: Scene
  ) {
    const before = new Map(from.boxes.map(box => [box.key, box]));
    const after = new Set(to.boxes.map(box => box.key));
    const leaving = from.boxes.filter(box => !after.has(box.key));
    const coming = to.boxes.filter(box => !before.has(box.key));
    this.start = to.boxes.map(box => {
      const origin = before.get(box.key) ?? alike(leaving, box) ?? box;
      return { box, x: origin.group.x, y: origin.group.y, alpha: before.has(box.key) ? 1 : 0 };
    });
    this.gone = leaving.map(box => ({ box, to: alike(coming, box) ?? alike(to.boxes, box) }));
    const turned = from.graph.orientation !== to.graph.orientation;
    this.known = new Map(turned ? [] : from.lines.map(line => [ends(line, from), line]));
  }

  /** All boxes at a time from 0 to 1, those that go first. */
  spots(t: number): Spot[] {
    const near = ease(t);
    const leaving = this.gone.map(({ box, to }) => ({
      box,
      x: mix(box.group.x, (to ?? box).group.x, near),
      y: mix(box.group.y, (to ?? box).group.y, near),
      alpha: Math.max(0, 1 - 1.6 * t),
    }));
    const staying = this.start.map(({ box, x, y, alpha }) => ({
      box,
      x: mix(x, box.group.x, near),
      y: mix(y, box.group.y, near),
      alpha: Math.max(alpha, Math.min(1, 1.4 * t)),
    }));
    return [...leaving.filter(({ alpha }) => alpha > 0), ...staying];
  }

  /** A line's route at a time; null while it cannot be told and is to fade in. */
  route(line: Line, t: number): readonly Point[] | null {
    const old = this.known.get(ends(line, this.to));
    if (!old || old.route.length !== line.route.length) return null;
    const near = ease(t);
    return line.route.map(([x, y], i): Point => [mix(old.route[i]![0], x, near), mix(old.route[i]![1], y, near)]);
  }
}

function ends({ edge }: Line, scene: Scene): string {
  return `${scene.boxes[edge.source]?.key}>${scene.boxes[edge.target]?.key}`;
}

/** The nearest box of the same name. */
function alike(boxes: readonly Box[], { group }: Box): Box | undefined {
  const far = (box: Box): number => Math.hypot(box.group.x - group.x, box.group.y - group.y);
  return boxes
    .filter(box => box.group.name === group.name)
    .reduce<Box | undefined>((best, box) => (best && far(best) <= far(box) ? best : box), undefined);
}

function mix(from: number, to: number, t: number): number {
  return from + (to - from) * t;
}

/** Quick to begin, slow to end. */
export function ease(t: number): number {
  return 1 - (1 - t) ** 3;
}
