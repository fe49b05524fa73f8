// Text on the canvas: cleaned, cut to its room. A canvas shows control characters and turns text around like a page.

const FAMILY = "Helvetica, Arial, 'Liberation Sans', sans-serif"; // the kernel measures boxes by it
export const BOLD = `600 13px ${FAMILY}`;
export const SMALL = `10px ${FAMILY}`;
const CONDENSED = 1.2;
const WAITING_EDGE = '!waiting_edge';

/** One line that is safe to show: no control characters, nothing that turns text around. */
export function clean(text: string): string {
  return text
    .replace(/[\t-\r\u0085\u2028\u2029]/g, ' ')
    .replace(/[\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069\ufeff]/g, '')
    .replace(/[\0-\x1f\x7f-\x9f]|\p{Surrogate}/gu, '\ufffd');
}

/** The parameters an edge feeds; order without data has none. */
export function labelText(labels: readonly string[]): string {
  return labels
    .filter(label => label && label !== WAITING_EDGE)
    .map(clean)
    .join(', ')
    .slice(0, 200);
}

export type Measure = (text: string, font: string) => number;

/** Cuts texts to their room with an ellipsis, and remembers how. */
export class Cutter {
  private readonly known = new Map<string, string>();

  constructor(readonly measure: Measure) {}

  /** A text for a room of so many pixels, with `tail` after it, which is never cut. */
  cut(text: string, font: string, room: number, tail = ''): string {
    const key = `${font}|${Math.round(room)}|${tail}|${text}`;
    let result = this.known.get(key);
    if (result === undefined) {
      if (this.known.size > 5000) this.known.clear();
      result = this.fit(clean(text.slice(0, 400)), font, room, tail);
      this.known.set(key, result);
    }
    return result;
  }

  private fit(text: string, font: string, room: number, tail: string): string {
    // The kernel measures without a font: what it found to fit is drawn condensed, where it is a little wider.
    const most = room * CONDENSED;
    if (this.measure(text + tail, font) <= most) return text + tail;
    const letters = [...text];
    let [low, high] = [0, letters.length];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      const fits = this.measure(`${letters.slice(0, middle).join('')}…${tail}`, font) <= most;
      if (fits) low = middle;
      else high = middle - 1;
    }
    return `${letters.slice(0, low).join('').trimEnd()}…${tail}`;
  }
}
