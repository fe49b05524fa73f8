/** A terminal's text as elements: colours, bold, carriage returns and cursor moves of progress bars. */

import { h } from './dom';

interface Style {
  readonly classes: string;
  readonly ink: string;
  readonly paper: string;
}

const PLAIN: Style = { classes: '', ink: '', paper: '' };
const MOST_LINES = 3000;
const MOST_WIDE = 20_000;

// CSI sequences, OSC strings (titles, links), and what else an escape can begin; an unfinished one at the end waits.
const ESCAPE = /\x1b(?:\[([0-9;:?<=>]*)[ -/]*([@-~])|\][^\x07\x1b]*(?:\x07|\x1b\\)|[PX^_][^\x1b]*\x1b\\|[ -/]*[0-OQ-WYZ\\`-~])/y;
const UNFINISHED = /\x1b(?:\[[0-9;:?<=>]*[ -/]*|\][^\x07\x1b]{0,4000}\x1b?|[PX^_][^\x1b]{0,4000}\x1b?|[ -/]*)$/y;

/** The graphic state, changed by `m` sequences. */
class Pen {
  private bold = false;
  private faint = false;
  private italic = false;
  private under = false;
  private struck = false;
  private inverse = false;
  private ink = '';
  private paper = '';
  style: Style = PLAIN;

  set(parameters: string): void {
    const codes = parameters.split(/[;:]/).map(Number);
    for (let i = 0; i < codes.length; i++) i = this.one(codes, i);
    this.style = this.made();
  }

  private one(codes: number[], i: number): number {
    const code = codes[i] ?? 0;
    if (code === 38 || code === 48) return this.extended(codes, i);
    if (code === 0) this.reset();
    else if (code < 30) this.attribute(code);
    else if (code < 38) this.ink = `${code - 30}`;
    else if (code === 39) this.ink = '';
    else if (code < 48) this.paper = `${code - 40}`;
    else if (code === 49) this.paper = '';
    else if (code >= 90 && code < 98) this.ink = `${code - 82}`;
    else if (code >= 100 && code < 108) this.paper = `${code - 92}`;
    return i;
  }

  private attribute(code: number): void {
    const on = code < 10;
    if (code === 1) this.bold = true;
    else if (code === 2) this.faint = true;
    else if (code === 22) this.bold = this.faint = false;
    else if (code % 20 === 3) this.italic = on;
    else if (code % 20 === 4) this.under = on;
    else if (code % 20 === 7) this.inverse = on;
    else if (code % 20 === 9) this.struck = on;
  }

  private extended(codes: number[], i: number): number {
    const rgb = codes[i + 1] === 2;
    const colour = rgb ? hex(codes.slice(i + 2, i + 5)) : codes[i + 1] === 5 ? indexed(codes[i + 2] ?? 0) : '';
    if (codes[i] === 38) this.ink = colour;
    else this.paper = colour;
    return i + (rgb ? 4 : 2);
  }

  private reset(): void {
    this.bold = this.faint = this.italic = this.under = this.struck = this.inverse = false;
    this.ink = this.paper = '';
  }

  private made(): Style {
    const { bold, faint, italic, under, struck, inverse } = this;
    const ink = inverse ? this.paper || 'paper' : this.ink;
    const paper = inverse ? this.ink || 'ink' : this.paper;
    const names = { bold, faint, italic, under, struck };
    const classes = Object.entries(names).flatMap(([name, on]) => (on ? [`jf-${name}`] : []));
    if (ink && ink[0] !== '#') classes.push(`jf-f${ink}`);
    if (paper && paper[0] !== '#') classes.push(`jf-b${paper}`);
    const style = { classes: classes.join(' '), ink: ink[0] === '#' ? ink : '', paper: paper[0] === '#' ? paper : '' };
    return style.classes || style.ink || style.paper ? style : PLAIN;
  }
}

function hex(parts: number[]): string {
  return '#' + [0, 1, 2].map(i => (Math.min(255, parts[i] || 0) | 256).toString(16).slice(1)).join('');
}

/** The 256 colours of xterm: 16 of the theme, a cube of 6×6×6, 24 greys. */
function indexed(code: number): string {
  if (!(code >= 0 && code < 256)) return '';
  if (code < 16) return `${code}`;
  if (code > 231) return hex([code, code, code].map(one => (one - 232) * 10 + 8));
  const cube = [Math.floor((code - 16) / 36), Math.floor((code - 16) / 6) % 6, (code - 16) % 6];
  return hex(cube.map(one => (one ? one * 40 + 55 : 0)));
}

class Line {
  readonly element = h('div');
  readonly characters: string[] = [];
  readonly styles: Style[] = [];
  changed = true;

  put(column: number, character: string, style: Style): void {
    for (let i = this.characters.length; i < column; i++) this.put(i, ' ', PLAIN);
    this.characters[column] = character;
    this.styles[column] = style;
    this.changed = true;
  }

  /** Take away from a column to the end, or blank up to it (`1`), or all (`2`). */
  erase(column: number, mode: number): void {
    if (mode === 1) for (let i = 0; i <= column && i < this.characters.length; i++) this.put(i, ' ', PLAIN);
    else this.characters.length = this.styles.length = mode === 2 ? 0 : Math.min(column, this.characters.length);
    this.changed = true;
  }

  draw(): void {
    if (!this.changed) return;
    const spans: (HTMLElement | string)[] = [];
    for (let from = 0, to = 0; from < this.characters.length; from = to) {
      const style = this.styles[from] ?? PLAIN;
      for (to = from + 1; this.styles[to] === style; ) to++;
      spans.push(dressed(this.characters.slice(from, to).join(''), style));
    }
    this.element.replaceChildren(...(spans.length ? spans : ['\u200b'])); // an empty line has a height
    this.changed = false;
  }
}

function dressed(text: string, style: Style): HTMLElement | string {
  if (style === PLAIN) return text;
  const span = h('span', { class: style.classes || null }, text);
  span.style.color = style.ink;
  span.style.backgroundColor = style.paper;
  return span;
}

/** A screen that grows: `show` takes the whole text again and again, and draws only what is new. */
export class Terminal {
  readonly element = h('div.jf-terminal');
  private lines: Line[] = [];
  private row = 0;
  private column = 0;
  private pen = new Pen();
  private known = '';
  private waiting = '';

  /** Show this text, which most often goes on from the one before, or is its end and goes on. */
  show(text: string): void {
    if (text === this.known) return;
    const shared = overlap(this.known, text);
    if (!shared) this.clear();
    this.known = text;
    this.feed(text.slice(shared));
    this.draw();
  }

  /** What is to be read, without colours. */
  get text(): string {
    return this.lines.map(line => line.characters.join('').trimEnd()).join('\n');
  }

  private clear(): void {
    this.lines = [];
    this.row = this.column = 0;
    this.pen = new Pen();
    this.waiting = '';
    this.element.replaceChildren();
  }

  private feed(given: string): void {
    const text = this.waiting + given;
    this.waiting = '';
    for (let at = 0; at < text.length; ) {
      if (text[at] === '\x1b') {
        const next = this.escape(text, at);
        if (next < 0) return;
        at = next;
      } else {
        const character = String.fromCodePoint(text.codePointAt(at) ?? 0);
        at += character.length;
        this.write(character);
      }
    }
  }

  /** Obey an escape sequence; where it ends, or -1 if more of it must come. */
  private escape(text: string, at: number): number {
    ESCAPE.lastIndex = UNFINISHED.lastIndex = at;
    const found = ESCAPE.exec(text);
    if (!found) {
      if (!UNFINISHED.test(text)) return at + 1;
      this.waiting = text.slice(at);
      return -1;
    }
    if (found[2] === 'm') this.pen.set(found[1] ?? '');
    else if (found[2]) this.move(found[2], parseInt(found[1] || '0') || 0);
    return ESCAPE.lastIndex;
  }

  private move(command: string, number: number): void {
    const steps = Math.min(number || 1, MOST_WIDE);
    if (command === 'A') this.row = Math.max(0, this.row - steps);
    else if (command === 'B') this.row = Math.min(this.lines.length - 1, this.row + steps);
    else if (command === 'C') this.column = Math.min(MOST_WIDE, this.column + steps);
    else if (command === 'D') this.column = Math.max(0, this.column - steps);
    else if (command === 'G') this.column = steps - 1;
    else if (command === 'K') this.line().erase(this.column, number);
    else if (command === 'J') this.erase(number);
    this.row = Math.max(0, this.row);
  }

  private erase(mode: number): void {
    if (mode === 1) return;
    const keep = mode ? 0 : this.row + 1;
    for (const line of this.lines.splice(keep)) line.element.remove();
    if (mode) this.row = this.column = 0;
    else this.line().erase(this.column, 0);
  }

  private write(character: string): void {
    if (character === '\n') {
      this.row++;
      this.column = 0;
      this.line();
    } else if (character === '\r') this.column = 0;
    else if (character === '\b') this.column = Math.max(0, this.column - 1);
    else if (character === '\t') this.column = Math.min(MOST_WIDE, (this.column >> 3) * 8 + 8);
    else if (character >= ' ' && character !== '\x7f' && this.column < MOST_WIDE)
      this.line().put(this.column++, character, this.pen.style);
  }

  /** The line of the cursor, made if it is not there; the first ones go when there are too many. */
  private line(): Line {
    while (this.lines.length <= this.row) this.lines.push(new Line());
    if (this.lines.length > MOST_LINES) {
      const gone = this.lines.splice(0, this.lines.length - MOST_LINES);
      for (const line of gone) line.element.remove();
      this.row = Math.max(0, this.row - gone.length);
    }
    return this.lines[this.row] ?? new Line();
  }

  private draw(): void {
    const all = this.lines.length - 1;
    this.lines.forEach((line, i) => {
      line.draw();
      if (!line.element.parentNode) this.element.append(line.element);
      line.element.hidden = i === all && i > 0 && !line.characters.length; // the empty one after the last newline
    });
  }
}

/** How much of the new text is already known: it goes on from the old one, or from a part of it. */
function overlap(known: string, text: string): number {
  if (!known) return 0;
  if (text.startsWith(known)) return known.length;
  const head = text.slice(0, 256);
  for (let at = known.indexOf(head, 1); at > 0 && head.length === 256; at = known.indexOf(head, at + 1)) {
    const rest = known.length - at;
    if (text.startsWith(known.slice(at)) && rest <= text.length) return rest;
  }
  return 0;
}

/** A text with its escape sequences taken away. */
export function plain(text: string): string {
  return text.replace(new RegExp(ESCAPE.source, 'g'), '');
}
