import type { Point } from '../../protocol';
import { seen, type Camera, type Rect, type Size } from './camera';
import { overlap, traceHead, traceLine, traceLoop, traceLoopHead } from './curve';
import { HIGH, type Label } from './labels';
import { SMALL, type Cutter } from './lettering';
import type { Look } from './look';
import type { Motion, Spot } from './motion';
import { ALL, NAMES, paintBox } from './paint';
import type { Line, Scene } from './scene';

/** All that decides what is on the canvas. */
export interface Frame {
  readonly scene: Scene;
  readonly look: Look;
  readonly camera: Camera;
  readonly room: Size;
  readonly motion: Motion | null;
  readonly time: number; // of the motion, 0 to 1
  readonly phase: number; // of the running nodes' arcs; -1: they stand still
  readonly hovered: number; // boxes by their index, -1: none
  readonly current: number;
  readonly focused: boolean;
  readonly selected: number;
  readonly hits: ReadonlySet<number>;
  readonly accent: string;
}

/** Draws one frame; the canvas is scaled to CSS pixels already. */
export function drawFrame(ctx: CanvasRenderingContext2D, frame: Frame, cutter: Cutter): void {
  const { camera, room, look } = frame;
  ctx.save();
  ctx.fillStyle = look.ground;
  ctx.fillRect(0, 0, room.width, room.height);
  ctx.translate(camera.x, camera.y);
  ctx.scale(camera.k, camera.k);
  const part = seen(camera, room);
  drawLines(ctx, frame, part);
  if (camera.k >= ALL || (camera.k >= NAMES && litBox(frame) >= 0)) drawLabels(ctx, frame, part);
  drawBoxes(ctx, frame, part, cutter);
  ctx.restore();
}

function drawLines(ctx: CanvasRenderingContext2D, frame: Frame, part: Rect): void {
  const { scene, look, motion, time, camera } = frame;
  const lines = scene.lines.filter(line => motion || overlap(line.bounds, part));
  const routes = lines.map(line => (motion ? motion.route(line, time) : null));
  const fading = (i: number): boolean => motion !== null && routes[i] === null;
  ctx.strokeStyle = ctx.fillStyle = look.theme.edge;
  ctx.lineWidth = Math.max(1.4, 0.8 / camera.k);
  for (const fresh of [false, true]) {
    ctx.globalAlpha = fresh ? Math.max(0, 2 * time - 1) : 1;
    for (const dash of [[], [4, 4], [1.5, 3.5]]) {
      const drawn = lines.flatMap((line, i) => {
        const alike = fading(i) === fresh && dashOf(line) === dash.length * (dash[0] ?? 0);
        return alike ? [{ line, route: routes[i] ?? line.route }] : [];
      });
      if (!drawn.length) continue;
      ctx.setLineDash(dash);
      ctx.lineCap = dash[0] === 1.5 ? 'round' : 'butt';
      ctx.beginPath();
      for (const { line, route } of drawn) trace(ctx, frame, line, route);
      ctx.stroke();
      ctx.beginPath();
      if (camera.k >= NAMES / 2) for (const { line, route } of drawn) traceEnd(ctx, frame, line, route);
      ctx.fill();
    }
  }
  ctx.globalAlpha = 1;
  ctx.setLineDash([]);
  ctx.lineCap = 'butt';
  drawLit(ctx, frame, lines);
}

/** 0 for a plain line, else what tells its dashes apart. */
function dashOf({ edge, back }: Line): number {
  return edge.waiting ? 8 : back ? 3 : 0;
}

function trace(ctx: CanvasRenderingContext2D, { scene }: Frame, line: Line, route: readonly Point[]): void {
  if (route.length) {
    traceLine(ctx, route, scene.graph.orientation);
  } else {
    const { x, y, width } = scene.graph.groups[line.edge.source]!;
    traceLoop(ctx, x + width / 2, y);
  }
}

function traceEnd(ctx: CanvasRenderingContext2D, { scene }: Frame, line: Line, route: readonly Point[]): void {
  if (route.length) {
    traceHead(ctx, route, scene.graph.orientation);
  } else {
    const { x, y, width } = scene.graph.groups[line.edge.source]!;
    traceLoopHead(ctx, x + width / 2, y);
  }
}

/** The box that is looked at, by its index; -1: none. */
function litBox({ hovered, focused, current, selected, motion }: Frame): number {
  return motion ? -1 : hovered >= 0 ? hovered : focused && current >= 0 ? current : selected;
}

/** Its edges. */
function drawLit(ctx: CanvasRenderingContext2D, frame: Frame, lines: readonly Line[]): void {
  const lit = litBox(frame);
  if (lit < 0) return;
  ctx.strokeStyle = ctx.fillStyle = frame.accent;
  ctx.lineWidth = Math.max(2, 1.2 / frame.camera.k);
  for (const line of lines) {
    if (line.edge.source !== lit && line.edge.target !== lit) continue;
    ctx.setLineDash(line.edge.waiting ? [4, 4] : []);
    ctx.beginPath();
    trace(ctx, frame, line, line.route);
    ctx.stroke();
    ctx.beginPath();
    traceEnd(ctx, frame, line, line.route);
    ctx.fill();
  }
  ctx.setLineDash([]);
}

function drawLabels(ctx: CanvasRenderingContext2D, frame: Frame, part: Rect): void {
  const { scene, look, motion, time, camera } = frame;
  ctx.font = SMALL;
  ctx.textAlign = 'center';
  ctx.globalAlpha = motion ? Math.max(0, 2 * time - 1) : 1;
  const lit = litBox(frame);
  const own = lit < 0 ? null : scene.labelsOf(lit);
  for (const line of lit < 0 ? scene.lines : scene.besides(lit)) {
    if (line.label && camera.k >= ALL && overlap(line.bounds, part)) write(frame, ctx, line.label, look.theme.muted);
  }
  for (const label of own?.values() ?? []) write(frame, ctx, label, look.theme.text);
  ctx.textAlign = 'start';
  ctx.globalAlpha = 1;
}

/** A label, on a ground that leaves nothing of the line that it stands on. */
function write({ look }: Frame, ctx: CanvasRenderingContext2D, { text, at }: Label, colour: string): void {
  const wide = ctx.measureText(text).width + 4;
  ctx.fillStyle = look.ground;
  ctx.fillRect(at[0] - wide / 2, at[1] - HIGH, wide, 2 * HIGH);
  ctx.fillStyle = colour;
  ctx.fillText(text, at[0], at[1] + 3.5);
}

function drawBoxes(ctx: CanvasRenderingContext2D, frame: Frame, part: Rect, cutter: Cutter): void {
  const { scene, look, camera, phase, motion, time } = frame;
  const brush = { ctx, look, cutter, k: camera.k, phase };
  const spots: Spot[] = motion
    ? motion.spots(time)
    : scene.boxes.map(box => ({ box, x: box.group.x, y: box.group.y, alpha: 1 }));
  for (const { box, x, y, alpha } of spots) {
    const [w, h] = [box.group.width / 2 + 8, box.group.height / 2 + 8];
    if (!overlap({ left: x - w, right: x + w, top: y - h, bottom: y + h }, part)) continue;
    ctx.globalAlpha = alpha;
    const index = scene.boxes[box.tally.group] === box ? box.tally.group : -1;
    if (index >= 0) drawRing(ctx, frame, index, x, y);
    paintBox(brush, box, x, y);
  }
  ctx.globalAlpha = 1;
}

/** Around what is found, pointed at, selected, or walked to. */
function drawRing(ctx: CanvasRenderingContext2D, frame: Frame, index: number, x: number, y: number): void {
  const { width, height } = frame.scene.graph.groups[index]!;
  const ring = (colour: string, gap: number, wide: number): void => {
    ctx.beginPath();
    ctx.roundRect(x - width / 2 - gap, y - height / 2 - gap, width + 2 * gap, height + 2 * gap, 8 + gap);
    ctx.strokeStyle = colour;
    ctx.lineWidth = Math.max(wide, (wide * 0.7) / frame.camera.k);
    ctx.stroke();
  };
  if (frame.hits.has(index)) ring(frame.look.status(8), 4, 3);
  if (index === frame.selected) ring(frame.accent, 3, 2);
  else if (index === frame.hovered) ring(frame.look.theme.edge, 2.5, 1.5);
  if (index === frame.current && frame.focused) ring(frame.accent, 6, 2);
}
