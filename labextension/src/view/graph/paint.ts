import { MARKS } from '../palette';
import { duration } from '../text';
import { BOLD, SMALL, type Cutter } from './lettering';
import type { Look, Paint } from './look';
import { STACK, type Box } from './scene';

// A box as the kernel's render/boxes.py draws it, on a canvas.

const PAD = 10;
const MARK = 16;
const LINE = 14; // that a box with an argument is higher: widgets/folded.py knows
const FULL_TURN = 2 * Math.PI;
const COMPLETED = 4;
const [FAILED, INTERRUPTED, CANCELLED, SKIPPED] = [5, 8, 6, 7];
const BAR = [COMPLETED, 10, 3, 9, SKIPPED, CANCELLED, INTERRUPTED, FAILED]; // in the order of a bar of states
const WRONG = [FAILED, INTERRUPTED, CANCELLED, SKIPPED]; // ended without an output

/** From how near a box shows its texts, and all of them. */
export const NAMES = 0.42;
export const ALL = 0.62;
const TINY = 0.2; // from farther away nobody sees what is round, nor the shape in a mark: thousands are drawn sooner

export interface Brush {
  readonly ctx: CanvasRenderingContext2D;
  readonly look: Look;
  readonly cutter: Cutter;
  readonly k: number; // the camera's nearness
  readonly phase: number; // of the running nodes' motion, 0 to 1
}

const shapes: Path2D[] = [];

/** A box around a point. */
export function paintBox(brush: Brush, box: Box, x: number, y: number): void {
  const { ctx, k } = brush;
  const { group, tally } = box;
  const deep = group.count > 1 ? STACK : 0;
  const [w, h] = [group.width - deep, group.height - deep];
  const [left, top] = [x - group.width / 2, y - group.height / 2 + deep];
  const paint = brush.look.box(box);
  ctx.lineWidth = Math.max(1.25, 0.7 / k);
  ctx.setLineDash(paint.dashed ? [4, 3] : []);
  const round = k < TINY ? 0 : 1;
  if (deep) for (const d of [deep, deep / 2]) card(ctx, left + d, top - d, w, h, 8 * round, paint);
  card(ctx, left, top, w, h, (group.node_kind === 'glue' ? h / 2 : 8) * round, paint);
  if (group.node_kind === 'sublattice') card(ctx, left + 3, top + 3, w - 6, h - 6, 5.5 * round, paint);
  ctx.setLineDash([]);
  if (k < NAMES) {
    paintFar(brush, box, left, top, w, h);
    return;
  }
  const inside = left + PAD + (group.node_kind === 'sublattice' ? 4 : 0);
  paintMark(brush, tally.status, inside + MARK / 2, top + 17, 1);
  const room = left + w - PAD - (inside + MARK + 7);
  ctx.font = BOLD;
  ctx.fillStyle = brush.look.theme.text;
  const tail = group.count > 1 ? ` ×${group.count}` : '';
  ctx.fillText(brush.cutter.cut(group.name || '·', BOLD, room, tail), inside + MARK + 7, top + 21.5, room);
  if (k >= ALL) {
    const said = group.argument ? LINE : 0;
    if (said) paintArgument(brush, group.argument, inside + MARK + 7, top + 34, room);
    paintSecondRow(brush, box, inside, left + w - PAD, top + said);
  }
  if (group.count > 1) paintBar(brush, box, left + PAD, top + h - 10, w - 2 * PAD, 4);
  else if (tally.progress !== null) paintProgress(brush, box, left + PAD, top + h - 3.5, w - 2 * PAD);
}

function card(ctx: CanvasRenderingContext2D, x: number, y: number, w: number, h: number, r: number, paint: Paint): void {
  ctx.beginPath();
  if (r) ctx.roundRect(x, y, w, h, r);
  else ctx.rect(x, y, w, h);
  ctx.fillStyle = paint.fill;
  ctx.fill();
  ctx.strokeStyle = paint.stroke;
  ctx.stroke();
}

/** What tells a box from others of its name. */
function paintArgument({ ctx, look }: Brush, text: string, left: number, base: number, room: number): void {
  ctx.font = SMALL;
  ctx.fillStyle = look.small;
  ctx.fillText(text, left, base, room);
}

/** From afar: only the state, large, and the bar of a group. */
function paintFar(brush: Brush, { group, tally }: Box, left: number, top: number, w: number, h: number): void {
  const many = group.count > 1;
  const scale = Math.min(1.6, (h - (many ? 18 : 8)) / MARK);
  paintMark(brush, tally.status, left + w / 2, top + (many ? h - 12 : h) / 2, scale);
  if (many) paintBar(brush, { group, tally, key: '' }, left + PAD, top + h - 12, w - 2 * PAD, 7);
}

/** A status's mark, 16 px across at scale 1; around that of a running node, an arc goes. */
function paintMark({ ctx, look, k, phase }: Brush, status: number, x: number, y: number, scale: number): void {
  const shape = MARKS[status];
  if (!shape) return;
  const colour = look.status(status);
  ctx.fillStyle = colour;
  ctx.beginPath();
  ctx.arc(x, y, 8 * scale, 0, FULL_TURN);
  ctx.fill();
  if ((status === 3 || status === 9) && phase >= 0) {
    ctx.beginPath();
    ctx.arc(x, y, 10.2 * scale, FULL_TURN * phase, FULL_TURN * (phase + 0.3));
    ctx.strokeStyle = colour;
    ctx.lineWidth = 1.5 * scale;
    ctx.lineCap = 'round';
    ctx.stroke();
    ctx.lineCap = 'butt';
  }
  if (k * scale < TINY) return;
  const path = (shapes[status] ??= new Path2D(shape.path));
  ctx.save();
  ctx.translate(x, y);
  ctx.scale(scale, scale);
  if (shape.filled) {
    ctx.fillStyle = look.theme.card;
    ctx.fill(path);
  } else {
    ctx.strokeStyle = look.theme.card;
    ctx.lineWidth = 1.9;
    ctx.lineCap = ctx.lineJoin = 'round';
    ctx.stroke(path);
  }
  ctx.restore();
}

/** The executor on its colour; on the right the progress, and how many ended without an output. */
function paintSecondRow(brush: Brush, box: Box, left: number, right: number, top: number): void {
  const { ctx, look, cutter } = brush;
  const { group, tally } = box;
  ctx.font = SMALL;
  const [first] = tally.executors;
  if (group.chip && first) left = paintChip(brush, group.chip, left, top + 29, look.executor(first[0]));
  let at = right;
  const tail = tailOf(box, look);
  if (tail) {
    at -= cutter.measure(tail, SMALL);
    if (at < left) return;
    ctx.fillStyle = look.small;
    ctx.fillText(tail, at, top + 39.5);
    at -= 6;
  }
  if (group.count === 1) return;
  for (const status of [...WRONG].reverse()) {
    const count = tally.counts[status];
    if (!count) continue;
    at -= cutter.measure(String(count), SMALL);
    ctx.font = SMALL;
    ctx.fillStyle = look.number(status);
    ctx.fillText(String(count), at, top + 39.5);
    paintMark(brush, status, at - 8, top + 36, 0.66);
    at -= 19;
  }
}

/** An executor's label, 15 px high; returns its right end. */
function paintChip({ ctx, look, cutter }: Brush, label: string, left: number, top: number, colour: string): number {
  const wide = 20 + cutter.measure(label, SMALL);
  ctx.fillStyle = colour;
  const before = ctx.globalAlpha;
  ctx.globalAlpha = before * look.theme.tint;
  ctx.beginPath();
  ctx.roundRect(left, top, wide, 15, 7.5);
  ctx.fill();
  ctx.globalAlpha = before;
  ctx.beginPath();
  ctx.arc(left + 8, top + 7.5, 3, 0, FULL_TURN);
  ctx.fill();
  ctx.fillStyle = look.theme.text;
  ctx.fillText(label, left + 14, top + 11);
  return left + wide;
}

function tailOf({ group, tally }: Box, look: Look): string {
  const many = group.count > 1;
  if (look.graph.by === 'duration' && tally.seconds !== null) return (many ? 'ø ' : '') + duration(tally.seconds);
  if (many) return `${tally.counts[COMPLETED] ?? 0}/${group.count}`;
  return tally.progress === null ? '' : `${Math.floor(tally.progress * 100)} %`;
}

/** The states of the members as parts of a bar, those that completed first. */
function paintBar({ ctx, look }: Brush, box: Box, left: number, top: number, wide: number, high: number): void {
  const { group, tally } = box;
  ctx.save();
  ctx.beginPath();
  ctx.roundRect(left, top, wide, high, high / 2);
  ctx.clip();
  ctx.fillStyle = look.theme.rim;
  ctx.fillRect(left, top, wide, high);
  let at = left;
  for (const status of BAR) {
    const count = tally.counts[status];
    if (!count) continue;
    const part = (wide * count) / group.count;
    const visible = Math.max(part, 2); // a single failure among thousands must still be seen
    ctx.fillStyle = look.status(status);
    ctx.fillRect(Math.min(at, left + wide - visible), top, visible, high);
    at += part;
  }
  ctx.restore();
}

/** How far a single node says that it is. */
function paintProgress({ ctx, look }: Brush, { tally }: Box, left: number, top: number, wide: number): void {
  for (const [colour, share] of [
    [look.theme.rim, 1],
    [look.status(3), Math.min(1, Math.max(0, tally.progress ?? 0))],
  ] as const) {
    ctx.fillStyle = colour;
    ctx.beginPath();
    ctx.roundRect(left, top, wide * share, 2, 1);
    ctx.fill();
  }
}
