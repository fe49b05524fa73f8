/** Where the graph stands on the screen: a point of the graph is at `place · k + (x, y)`. */
export interface Camera {
  readonly x: number;
  readonly y: number;
  readonly k: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** A rectangle by its corners. */
export interface Rect {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

const MARGIN = 18; // px around a graph that fits
const NEAREST = 3;
const FARTHEST = 0.03;

/** The point of the graph at a point of the screen. */
export function worldAt(camera: Camera, x: number, y: number): [number, number] {
  return [(x - camera.x) / camera.k, (y - camera.y) / camera.k];
}

/** The part of the graph that is seen. */
export function seen(camera: Camera, room: Size): Rect {
  const [left, top] = worldAt(camera, 0, 0);
  const [right, bottom] = worldAt(camera, room.width, room.height);
  return { left, top, right, bottom };
}

/** Nearer by a factor; the point of the screen stays where it is. */
export function zoomed(camera: Camera, factor: number, x: number, y: number): Camera {
  const k = Math.min(NEAREST, Math.max(FARTHEST, camera.k * factor));
  const real = k / camera.k;
  return { k, x: x - (x - camera.x) * real, y: y - (y - camera.y) * real };
}

/** The whole graph in the middle, no larger than life. */
export function fitted(content: Size, room: Size): Camera {
  const wide = Math.max(room.width - 2 * MARGIN, 1) / Math.max(content.width, 1);
  const tall = Math.max(room.height - 2 * MARGIN, 1) / Math.max(content.height, 1);
  const k = Math.max(FARTHEST, Math.min(1, wide, tall));
  return { k, x: (room.width - content.width * k) / 2, y: (room.height - content.height * k) / 2 };
}

/** The nearest camera that does not lose the graph: some of it stays on the screen. */
export function held(camera: Camera, content: Size, room: Size): Camera {
  const rest = 40;
  const hold = (at: number, size: number, wide: number): number =>
    Math.min(Math.max(at, rest - size * camera.k), wide - rest);
  return {
    k: camera.k,
    x: hold(camera.x, content.width, room.width),
    y: hold(camera.y, content.height, room.height),
  };
}

/** The nearest camera that shows no more empty room than it must. */
export function filled(camera: Camera, content: Size, room: Size): Camera {
  const fill = (at: number, size: number, wide: number): number => {
    if (size <= wide - 2 * MARGIN) return (wide - size) / 2;
    return Math.min(MARGIN, Math.max(wide - MARGIN - size, at));
  };
  const { k } = camera;
  return {
    k,
    x: fill(camera.x, content.width * k, room.width),
    y: fill(camera.y, content.height * k, room.height),
  };
}

/** Moved as little as shows a rectangle of the graph. */
export function revealing(camera: Camera, rect: Rect, room: Size): Camera {
  const shift = (low: number, high: number, wide: number): number => {
    if (high - low > wide - 2 * MARGIN) return (wide - low - high) / 2;
    return Math.max(0, MARGIN - low) + Math.min(0, wide - MARGIN - high);
  };
  const { k } = camera;
  return {
    k,
    x: camera.x + shift(rect.left * k + camera.x, rect.right * k + camera.x, room.width),
    y: camera.y + shift(rect.top * k + camera.y, rect.bottom * k + camera.y, room.height),
  };
}

/** Between two cameras, at a time from 0 to 1. */
export function between(a: Camera, b: Camera, t: number): Camera {
  const mix = (from: number, to: number): number => from + (to - from) * t;
  return { x: mix(a.x, b.x), y: mix(a.y, b.y), k: mix(a.k, b.k) };
}

/** Whether all of the graph is on the screen. */
export function whole(camera: Camera, content: Size, room: Size): boolean {
  const part = seen(camera, room);
  return part.left <= 0 && part.top <= 0 && part.right >= content.width && part.bottom >= content.height;
}

const LOWEST = 150; // px
const HIGHEST = 520;

/** As high as a graph needs at its own size in a page so wide, so that a small one leaves it not empty. */
export function height(graph: { width: number; height: number }, wide: number): number {
  const scale = Math.min(1, (wide || 800) / (graph.width + 36));
  return Math.min(HIGHEST, Math.max(LOWEST, Math.ceil(graph.height * scale) + 40));
}
