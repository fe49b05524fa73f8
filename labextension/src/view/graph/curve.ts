import type { Orientation, Point } from '../../protocol';
import type { Rect } from './camera';

// The same curves as the kernel's render/edges.py draws: line and head of an edge, the place of its label.

const HEAD = 7;

/** What draws lines: a canvas, or a path. */
export type Pen = Pick<CanvasRenderingContext2D, 'moveTo' | 'lineTo' | 'bezierCurveTo' | 'closePath'>;

/** An edge's line, up to where its head begins. */
export function traceLine(pen: Pen, route: readonly Point[], orientation: Orientation): void {
  const [first] = route;
  if (!first) return;
  pen.moveTo(first[0], first[1]);
  const last = route.length - 1;
  for (let i = 1; i <= last; i++) {
    const [x0, y0] = route[i - 1]!;
    const [x1, y1] = i === last ? lineEnd(route, orientation) : route[i]!;
    if (x0 === x1 || y0 === y1) pen.lineTo(x1, y1);
    else if (orientation === 'down') pen.bezierCurveTo(x0, (y0 + y1) / 2, x1, (y0 + y1) / 2, x1, y1);
    else pen.bezierCurveTo((x0 + x1) / 2, y0, (x0 + x1) / 2, y1, x1, y1);
  }
}

function lineEnd(route: readonly Point[], orientation: Orientation): Point {
  const [x, y] = route[route.length - 1]!;
  const d = headed(route, orientation) * HEAD * 0.8;
  return orientation === 'down' ? [x, y - d] : [x - d, y];
}

/** 1 where an edge arrives along the layout's direction, -1 against it. */
function headed(route: readonly Point[], orientation: Orientation): number {
  const axis = orientation === 'down' ? 1 : 0;
  return route[route.length - 1]![axis] > (route[route.length - 2]?.[axis] ?? -Infinity) ? 1 : -1;
}

/** An edge's head, a triangle to fill. */
export function traceHead(pen: Pen, route: readonly Point[], orientation: Orientation): void {
  const end = route[route.length - 1];
  if (!end) return;
  const [x, y] = end;
  const d = headed(route, orientation) * HEAD;
  pen.moveTo(x, y);
  if (orientation === 'down') {
    pen.lineTo(x - 3.6, y - d);
    pen.lineTo(x + 3.6, y - d);
  } else {
    pen.lineTo(x - d, y - 3.6);
    pen.lineTo(x - d, y + 3.6);
  }
  pen.closePath();
}

/** The edge of a group to itself, on the right of its box. */
export function traceLoop(pen: Pen, right: number, y: number): void {
  pen.moveTo(right, y - 6);
  pen.bezierCurveTo(right + 22, y - 13, right + 22, y + 13, right + 5, y + 6.4);
}

export function traceLoopHead(pen: Pen, right: number, y: number): void {
  pen.moveTo(right, y + 6);
  pen.lineTo(right + 6.4, y + 2.6);
  pen.lineTo(right + 6.8, y + 9.2);
  pen.closePath();
}

/** A point of the Bézier curve that `traceLine` draws between two points. */
export function onBend(a: Point, b: Point, t: number, orientation: Orientation): Point {
  const along = t * t * (3 - 2 * t);
  const across = 1.5 * t * (1 - t) * (1 - t) + 1.5 * t * t * (1 - t) + t * t * t;
  const [tx, ty] = orientation === 'down' ? [along, across] : [across, along];
  return [a[0] + (b[0] - a[0]) * tx, a[1] + (b[1] - a[1]) * ty];
}

/** Whether two rectangles have more than a border in common. */
export function overlap(a: Rect, b: Rect): boolean {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}
