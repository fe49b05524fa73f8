import type { Bar, Timeline, ViewMessage } from '../../protocol';
import { fill, h, say, type Child } from '../dom';
import { onTheme, theme } from '../theme';
import { duration, isRunning, many, percent } from '../text';
import { Gantt } from './gantt';
import { badge, tintExecutor } from './mark';
import type { Ask, OpenNode, Pane } from './pane';
import { Scale } from './scale';
import { button, paneElement } from './section';
import { Window } from './window';

const HELP = 'Arrow keys move, plus and minus zoom, 0 shows all. The table view lists every node with its times.';

/** Who did what when: a bar for each node, in a lane for each worker. */
export class TimelinePane implements Pane {
  readonly element: HTMLElement;
  private readonly scale = new Scale();
  private readonly gantt = new Gantt(this.scale);
  private readonly canvas = h('canvas', { 'aria-hidden': 'true' });
  private readonly tall = h('div.jf-tall', this.canvas);
  private readonly chart = h('div.jf-chart', { tabindex: 0, role: 'group', 'aria-label': 'Chart of workers' }, this.tall);
  private readonly tip = h('div.jf-tip', { hidden: true, 'aria-hidden': 'true' });
  private readonly totals = h('p.jf-totals');
  private readonly empty = h('p.jf-empty', 'No node has run yet.');
  private readonly legend = h('div.jf-legend', { 'aria-hidden': 'true' });
  private readonly window: Window;
  private readonly watching: ResizeObserver | null;
  private readonly unfollow: () => void;
  private known: Timeline | null = null;
  private drawing = 0;
  private grabbed: { x: number; moved: boolean } | null = null;

  constructor(ask: Ask, private readonly open: OpenNode) {
    this.element = paneElement('timeline', 'Timeline of workers', this.bar(), this.empty, h('div.jf-stage', this.chart, this.tip), this.legend);
    this.chart.hidden = true;
    this.window = new Window(this.scale, () => this.chart.clientWidth - this.gantt.gutter, ask);
    this.listen();
    this.watching = typeof ResizeObserver === 'function' ? new ResizeObserver(() => this.change(() => undefined)) : null;
    this.watching?.observe(this.chart);
    this.unfollow = onTheme(() => this.draw());
  }

  hear(message: ViewMessage): void {
    if (message.kind !== 'timeline') return;
    this.known = message;
    this.gantt.set(message);
    this.window.hear(message);
    this.chart.hidden = !message.bars.length;
    this.empty.hidden = !this.chart.hidden;
    this.tall.style.height = `${this.gantt.height}px`;
    say(this.totals, totalsOf(message));
    this.explain();
    this.hover(this.gantt.hovered);
    this.draw();
  }

  /** What ran is interrupted: nobody knows since when. */
  lost(): void {
    const { known } = this;
    const left = (bar: Bar): Bar => (isRunning(bar.status) ? { ...bar, status: 8 } : bar);
    if (known) this.hear({ ...known, bars: known.bars.map(left) });
  }

  dispose(): void {
    cancelAnimationFrame(this.drawing);
    this.window.dispose();
    this.watching?.disconnect();
    this.unfollow();
    this.element.remove();
  }

  private bar(): HTMLElement {
    const by = h('select.jf-select', { onchange: () => this.colourBy(by.value) },
      h('option', { value: 'status' }, 'status'),
      h('option', { value: 'name' }, 'name')
    );
    const zoom = [
      button('−', () => this.change(() => this.scale.zoom(0.5)), 'Zoom out', 'jf-quiet'),
      button('+', () => this.change(() => this.scale.zoom(2)), 'Zoom in', 'jf-quiet'),
      button('All', () => this.change(() => this.scale.fit()), 'Show the whole time', 'jf-quiet')
    ];
    const help = h('p.jf-unseen', HELP);
    return h('div.jf-bar', this.totals, help, h('label', 'Colour by ', by), h('span.jf-line', zoom));
  }

  private listen(): void {
    const { chart, canvas } = this;
    chart.addEventListener('scroll', () => this.draw(), { passive: true });
    chart.addEventListener('wheel', event => this.wheel(event), { passive: false });
    chart.addEventListener('keydown', event => this.key(event));
    canvas.addEventListener('pointerdown', event => (this.grabbed = { x: event.offsetX, moved: false }));
    canvas.addEventListener('pointermove', event => this.move(event));
    canvas.addEventListener('pointerup', event => this.drop(event));
    canvas.addEventListener('pointercancel', () => (this.grabbed = null));
    canvas.addEventListener('pointerleave', () => this.hover(null));
  }

  private colourBy(by: string): void {
    this.gantt.by = by === 'name' ? 'name' : 'status';
    this.explain();
    this.draw();
  }

  private change(how: () => void): void {
    how();
    this.window.want();
    this.hover(null);
    this.draw();
  }

  private wheel(event: WheelEvent): void {
    const sideways = event.shiftKey ? event.deltaY : event.deltaX;
    if (event.ctrlKey || event.metaKey) {
      const { gutter } = this.gantt;
      const at = (event.offsetX - gutter) / Math.max(1, this.chart.clientWidth - gutter);
      this.change(() => this.scale.zoom(Math.exp(-event.deltaY / 240), Math.max(0, Math.min(1, at))));
    } else if (Math.abs(sideways) > Math.abs(event.shiftKey ? 0 : event.deltaY) && !this.scale.all) {
      this.change(() => this.scale.pan(sideways / this.chart.clientWidth));
    } else return;
    event.preventDefault();
  }

  private key(event: KeyboardEvent): void {
    const changes: Record<string, () => void> = {
      ArrowLeft: () => this.scale.pan(-0.15),
      ArrowRight: () => this.scale.pan(0.15),
      '+': () => this.scale.zoom(1.5),
      '=': () => this.scale.zoom(1.5),
      '-': () => this.scale.zoom(1 / 1.5),
      '0': () => this.scale.fit()
    };
    const change = changes[event.key];
    if (!change || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    this.change(change);
  }

  private move(event: PointerEvent): void {
    const { grabbed } = this;
    if (!grabbed || !event.buttons) return this.hover(this.at(event), event);
    const by = event.offsetX - grabbed.x;
    if (!grabbed.moved && Math.abs(by) < 4) return;
    if (!grabbed.moved) this.canvas.setPointerCapture(event.pointerId);
    grabbed.moved = true;
    grabbed.x = event.offsetX;
    this.change(() => this.scale.pan(-by / this.chart.clientWidth));
  }

  private drop(event: PointerEvent): void {
    const bar = this.grabbed?.moved ? null : this.at(event);
    this.grabbed = null;
    if (bar) this.open(bar.node);
  }

  private at({ offsetX, offsetY }: PointerEvent): Bar | null {
    return this.gantt.hit(offsetX, offsetY, this.chart.scrollTop, this.chart.clientWidth);
  }

  private hover(bar: Bar | null, event?: PointerEvent): void {
    const same = bar === this.gantt.hovered;
    this.gantt.hovered = bar;
    this.tip.hidden = !bar;
    this.canvas.style.cursor = bar ? 'pointer' : '';
    if (bar && !same) fill(this.tip, told(bar, this.gantt.laneOf(bar)));
    if (bar && event) this.point(event);
    if (!same) this.draw();
  }

  /** Put the tip beside the pointer, inside the pane. */
  private point({ offsetX, offsetY }: PointerEvent): void {
    const { clientWidth, clientHeight } = this.chart;
    const { offsetWidth, offsetHeight } = this.tip;
    const above = offsetY + offsetHeight + 24 > clientHeight && offsetY > offsetHeight + 12;
    this.tip.style.left = `${Math.max(4, Math.min(offsetX + 12, clientWidth - offsetWidth - 4))}px`;
    this.tip.style.top = `${above ? offsetY - offsetHeight - 10 : offsetY + 18}px`;
  }

  private explain(): void {
    const bars = this.known?.bars ?? [];
    const statuses = [...new Set(bars.map(bar => bar.status))].sort();
    const names = [...new Set(bars.map(bar => bar.name))];
    const items: Child[] = this.gantt.by === 'status' ? statuses.map(badge) : names.slice(0, 8).map(swatch);
    if (this.gantt.by === 'name' && names.length > 8) items.push(`and ${names.length - 8} more`);
    const short = bars.some(bar => bar.count > 1) && h('span', h('i.jf-several'), 'many short nodes in one bar (×)');
    fill(this.legend, items, short, h('span', h('i.jf-hatch'), 'waiting'), h('span', h('i.jf-rule'), 'critical path'));
  }

  private draw(): void {
    cancelAnimationFrame(this.drawing);
    this.drawing = requestAnimationFrame(() => this.paint());
  }

  private paint(): void {
    const { clientWidth, clientHeight, scrollTop } = this.chart;
    const context = this.canvas.getContext('2d');
    if (!context || !clientWidth) return;
    const sharp = window.devicePixelRatio || 1;
    const [width, height] = [Math.round(clientWidth * sharp), Math.round(clientHeight * sharp)];
    if (this.canvas.width !== width) this.canvas.width = width;
    if (this.canvas.height !== height) this.canvas.height = height;
    this.canvas.style.height = `${clientHeight}px`;
    context.setTransform(sharp, 0, 0, sharp, 0, 0);
    this.gantt.draw(context, clientWidth, clientHeight, scrollTop, theme(), getComputedStyle(this.chart).fontFamily);
  }
}

function totalsOf({ lanes, span, working, waiting, critical }: Timeline): string {
  const workers = lanes.filter(lane => lane !== 'sublattices').length; // those wait for others' work
  const share = span > 0 && workers ? ` (${percent(working / span / workers)} of ${many(workers, 'worker')})` : '';
  const path = span > 0 ? ` (${percent(critical / span)} of ${duration(span)})` : '';
  return `Working ${duration(working)}${share} · waiting ${duration(waiting)}, summed over nodes · critical path ${duration(critical)}${path}`;
}

function told(bar: Bar, lane: string): Child[] {
  const { name, node, count, status, start, end, ready, critical } = bar;
  const title = count > 1 ? `${many(count, 'short node')}, first ${name} #${node}` : `${name} #${node}`;
  return [
    h('strong', title),
    h('div', badge(status), ` · ${duration(end - start)}`),
    h('div', `from ${duration(start)} to ${duration(end)}`),
    ready < start && h('div', `waited ${duration(start - ready)}`),
    critical && h('div', 'on the critical path'),
    h('div.jf-note', lane)
  ];
}

function swatch(name: string, place: number): HTMLElement {
  const colour = h('i.jf-swatch');
  tintExecutor(colour, place);
  return h('span', colour, name);
}
