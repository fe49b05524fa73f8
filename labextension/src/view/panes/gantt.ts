import type { Bar, Timeline } from '../../protocol';
import { mixed } from '../theme';
import { SIGNS, type Theme } from '../palette';
import { tickText, ticks, type Scale } from './scale';

const AXIS = 24;
const ROW = 22;
const BAR = 15;
const HATCH = 4; // from one stroke to the next

/** A line of the chart: a worker, or the heading of a resource. */
interface Line {
  top: number;
  rows: number; // as many as run at once
  text: string;
  lane: number | null;
}

/** The picture of a timeline: where everything is, and how it is drawn. */
export class Gantt {
  gutter = 90;
  by: 'status' | 'name' = 'status';
  hovered: Bar | null = null;
  private lines: Line[] = [];
  private bars: Bar[][] = [];
  private names = new Map<string, number>();
  private lanes: string[] = [];

  constructor(readonly scale: Scale) {}

  /** Of all lines together, in pixels. */
  get height(): number {
    const last = this.lines[this.lines.length - 1];
    return AXIS + (last ? last.top + last.rows * ROW : 0) + 4;
  }

  set({ lanes, rows, bars, span }: Timeline): void {
    this.scale.set(span);
    this.lanes = lanes;
    this.lines = linesOf(lanes, rows);
    this.bars = lanes.map(() => []);
    for (const bar of bars) {
      this.bars[bar.lane]?.push(bar);
      if (!this.names.has(bar.name)) this.names.set(bar.name, this.names.size);
    }
    const { hovered } = this;
    if (hovered) this.hovered = bars.find(bar => bar.node === hovered.node && bar.lane === hovered.lane) ?? null;
  }

  laneOf(bar: Bar): string {
    return this.lanes[bar.lane] ?? '';
  }

  /** The bar at a point of the canvas. */
  hit(x: number, y: number, scrolled: number, width: number): Bar | null {
    if (y < AXIS || x < this.gutter) return null;
    const at = y + scrolled - AXIS;
    const line = this.lines.find(({ top, rows }) => at >= top && at < top + rows * ROW);
    const row = line ? Math.floor((at - line.top) / ROW) : 0;
    const near = (this.bars[line?.lane ?? -1] ?? []).filter(bar => bar.row === row && this.x(bar.start, width) - 2 <= x && this.x(bar.end, width) + 2 >= x);
    return near.sort((a, b) => a.end - a.start - (b.end - b.start))[0] ?? null;
  }

  x(time: number, width: number): number {
    const { from, to } = this.scale;
    return this.gutter + ((time - from) / (to - from)) * (width - this.gutter - 8);
  }

  draw(canvas: CanvasRenderingContext2D, width: number, height: number, scrolled: number, theme: Theme, font: string): void {
    canvas.clearRect(0, 0, width, height);
    canvas.font = `11px ${font}`;
    canvas.textBaseline = 'middle';
    this.measure(canvas, width);
    const seen = this.lines.filter(({ top, rows }) => top + rows * ROW > scrolled && top < scrolled + height - AXIS);
    this.grid(canvas, width, height, theme);
    canvas.save();
    canvas.beginPath();
    canvas.rect(0, AXIS, width, height - AXIS);
    canvas.clip();
    for (const line of seen) this.line(canvas, line, AXIS + line.top - scrolled, width, theme);
    canvas.restore();
  }

  colour(bar: Bar, theme: Theme): string {
    const place = this.names.get(bar.name) ?? 0;
    const own = this.by === 'status' ? theme.status[bar.status]?.[0] : theme.executors[place % theme.executors.length];
    return own ?? theme.muted;
  }

  private measure(canvas: CanvasRenderingContext2D, width: number): void {
    const widest = Math.max(40, ...this.lines.map(({ text }) => canvas.measureText(text).width + 18));
    this.gutter = Math.round(Math.min(widest, width * 0.3, 180));
  }

  private grid(canvas: CanvasRenderingContext2D, width: number, height: number, theme: Theme): void {
    canvas.lineWidth = 1;
    canvas.strokeStyle = theme.rim;
    canvas.fillStyle = theme.muted;
    canvas.textAlign = 'center';
    for (const time of ticks(this.scale.from, this.scale.to, (width - this.gutter) / 84)) {
      const x = Math.round(this.x(time, width)) + 0.5;
      canvas.beginPath();
      canvas.moveTo(x, AXIS - 4);
      canvas.lineTo(x, height);
      canvas.stroke();
      const text = tickText(time);
      const half = canvas.measureText(text).width / 2;
      canvas.fillText(text, Math.min(x, width - half - 2), AXIS / 2 - 1);
    }
    canvas.beginPath();
    canvas.moveTo(0, AXIS - 0.5);
    canvas.lineTo(width, AXIS - 0.5);
    canvas.stroke();
  }

  private line(canvas: CanvasRenderingContext2D, { lane, rows, text }: Line, top: number, width: number, theme: Theme): void {
    canvas.textAlign = 'left';
    canvas.fillStyle = lane === null ? theme.text : theme.muted;
    const weight = lane === null ? '600 ' : '';
    const font = canvas.font;
    canvas.font = weight + font;
    canvas.fillText(shortened(canvas, text, this.gutter - (lane === null ? 8 : 16)), lane === null ? 4 : 12, top + ROW / 2);
    canvas.font = font;
    if (lane === null) return;
    canvas.save();
    canvas.beginPath();
    canvas.rect(this.gutter, top, width - this.gutter, rows * ROW);
    canvas.clip();
    const bars = (this.bars[lane] ?? []).filter(bar => bar.end >= this.scale.from && Math.min(bar.ready, bar.start) <= this.scale.to);
    this.waiting(canvas, bars, top + ROW / 2, width, theme);
    for (const bar of bars) this.bar(canvas, bar, top + bar.row * ROW + (ROW - BAR) / 2, width, theme);
    canvas.restore();
  }

  /** Since when the nodes could have run: thin and hatched, behind the bars. */
  private waiting(canvas: CanvasRenderingContext2D, bars: Bar[], y: number, width: number, theme: Theme): void {
    canvas.strokeStyle = theme.edge;
    canvas.lineWidth = 5;
    canvas.setLineDash([1.5, HATCH - 1.5]);
    canvas.beginPath();
    for (const { ready, start, row } of bars) {
      const left = Math.ceil(Math.max(this.gutter, this.x(ready, width)) / HATCH) * HATCH; // those that overlap stay hatched
      if (ready >= start || left >= this.x(start, width)) continue;
      canvas.moveTo(left, y + row * ROW);
      canvas.lineTo(this.x(start, width), y + row * ROW);
    }
    canvas.stroke();
    canvas.setLineDash([]);
  }

  private bar(canvas: CanvasRenderingContext2D, bar: Bar, top: number, width: number, theme: Theme): void {
    const left = Math.max(this.gutter - 2, this.x(bar.start, width));
    const wide = Math.max(1.5, Math.min(width + 2, this.x(bar.end, width)) - left);
    const colour = this.colour(bar, theme);
    const hovered = bar === this.hovered;
    canvas.fillStyle = wide < 4 ? colour : mixed(colour, theme.card, hovered ? 0.55 : 0.3);
    canvas.strokeStyle = hovered ? theme.text : colour;
    canvas.lineWidth = 1;
    canvas.beginPath();
    if (wide < 4) canvas.rect(left, top, wide, BAR);
    else canvas.roundRect(left + 0.5, top + 0.5, wide - 1, BAR - 1, 3);
    canvas.fill();
    if (wide >= 4) canvas.stroke();
    if (bar.critical) {
      canvas.fillStyle = theme.text;
      canvas.fillRect(left, top + BAR - 1.5, wide, 3);
    }
    if (wide < 26) return;
    canvas.fillStyle = theme.text;
    const text = bar.count > 1 ? `×${bar.count}` : `${SIGNS[bar.status] ?? ''} ${bar.name}`;
    canvas.fillText(shortened(canvas, text, wide - 8), left + 4, top + BAR / 2);
  }
}

/** Workers under the resource they belong to, where their names tell. */
function linesOf(lanes: string[], rows: number[]): Line[] {
  const lines: Line[] = [];
  let [group, top] = ['', 0];
  const add = (text: string, lane: number | null, high: number): void => {
    lines.push({ top, rows: high, text, lane });
    top += high * ROW;
  };
  lanes.forEach((name, lane) => {
    const [, of = '', own = name] = /^(.*?) · (.+)$/.exec(name) ?? /^(.+?)[-/ ](\d+)$/.exec(name) ?? [];
    if (of && of !== group) add(of, null, 1);
    group = of;
    add(own, lane, rows[lane] ?? 1);
  });
  return lines;
}

function shortened(canvas: CanvasRenderingContext2D, text: string, width: number): string {
  if (canvas.measureText(text).width <= width) return text;
  let length = Math.min(text.length - 1, Math.floor(width / 5));
  while (length > 0 && canvas.measureText(`${text.slice(0, length)}…`).width > width) length--;
  return length > 0 ? `${text.slice(0, length)}…` : '';
}
