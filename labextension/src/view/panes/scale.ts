import { duration } from '../text';

const STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400];
const SHORTEST = 1e-4; // seconds that a picture can be zoomed to

/** Which part of a span of time is seen. It follows the span's end as long as all of it is seen. */
export class Scale {
  from = 0;
  to = 1;
  private span = 1;
  private seesAll = true;

  /** The span has this length now, in seconds. */
  set(span: number): void {
    this.span = Math.max(span, SHORTEST);
    if (this.seesAll) this.fit();
  }

  fit(): void {
    this.from = 0;
    this.to = this.span;
    this.seesAll = true;
  }

  get all(): boolean {
    return this.seesAll;
  }

  /** The length of the span, in seconds. */
  get whole(): number {
    return this.span;
  }

  /** Show `factor` times less, with `at` (0 to 1 of the width) staying where it is. */
  zoom(factor: number, at = 0.5): void {
    const seen = this.to - this.from;
    const width = Math.min(this.span, Math.max(SHORTEST, seen / factor));
    if (width >= this.span) return this.fit();
    this.place(this.from + (seen - width) * at, width);
  }

  /** Go on by a part of what is seen. */
  pan(share: number): void {
    const width = this.to - this.from;
    if (!this.seesAll) this.place(this.from + share * width, width);
  }

  private place(from: number, width: number): void {
    this.from = Math.max(0, Math.min(from, this.span - width));
    this.to = this.from + width;
    this.seesAll = false;
  }
}

/** Round times between two, at most so many. */
export function ticks(from: number, to: number, most: number): number[] {
  const step = stepOf((to - from) / Math.max(1, most));
  const found: number[] = [];
  for (let i = Math.max(0, Math.ceil(from / step - 1e-9)); i * step <= to && found.length < 200; i++) found.push(i * step);
  return found;
}

function stepOf(least: number): number {
  const listed = STEPS.find(step => step >= least);
  if (least > 1) return listed ?? Math.ceil(least / 86400) * 86400;
  const power = 10 ** Math.floor(Math.log10(Math.max(least, 1e-9)));
  return ([1, 2, 5, 10].find(step => step * power >= least * (1 - 1e-9)) ?? 10) * power;
}

/** A time on the axis, exact: `0`, `250 ms`, `1.5 s`, `2 m`, `1 h 30 m`. */
export function tickText(time: number): string {
  if (time < 1e-9) return '0';
  if (time < 0.9995) return `${Number((time * 1000).toPrecision(4))} ms`;
  if (time < 60) return `${Number(time.toPrecision(6))} s`;
  return duration(time).replace(/ 0+ [sm]$/, '');
}
