/** What a node gave to look at. None of it is trusted: pictures are pictures, and HTML has a cage. */

import type { Shown } from '../protocol';
import { Terminal } from './ansi';
import { h } from './dom';
import { theme } from './theme';

const PICTURES = new Set(['image/png', 'image/jpeg', 'image/gif', 'image/webp']);

// In front of whatever comes: nothing is fetched, no script runs, links go nowhere.
const CAGE =
  `<!doctype html><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="default-src 'none'; ` +
  `style-src 'unsafe-inline'; img-src data:; font-src data:; form-action 'none'; base-uri 'none'">` +
  `<meta http-equiv="x-dns-prefetch-control" content="off">`;

/** An element for something shown. */
export function look(shown: Shown): HTMLElement {
  if (shown.mime === 'text/html') return caged(shown.data);
  if (shown.mime === 'image/svg+xml') return picture(`data:image/svg+xml,${encoded(shown.data)}`);
  if (PICTURES.has(shown.mime)) return picture(`data:${shown.mime};base64,${shown.data.replace(/[^A-Za-z0-9+/=]/g, '')}`);
  if (shown.mime.startsWith('text/')) return printed(shown.data);
  return h('p.jf-note', `${shown.mime} is not shown here`);
}

/** Text as it is, in its colours. */
export function printed(text: string): HTMLElement {
  const terminal = new Terminal();
  terminal.show(text);
  terminal.element.classList.add('jf-printed');
  terminal.element.tabIndex = 0;
  return terminal.element;
}

/** A table of texts, its heading first. */
export function tabled(rows: readonly (readonly string[])[]): HTMLElement {
  const [heading = [], ...body] = rows;
  return h('div.jf-tabled', { tabindex: 0, role: 'group', 'aria-label': 'Table of values' },
    h(
      'table',
      {},
      h('thead', h('tr', heading.map(text => h('th', { scope: 'col' }, text)))),
      h('tbody', body.map(row => h('tr', row.map((text, i) => (i ? h('td', text) : first(text))))))
    )
  );
}

function first(text: string): HTMLElement {
  return h('th', { scope: 'row' }, text);
}

function picture(address: string): HTMLElement {
  return h('img.jf-image', { src: address, alt: 'A picture that the node showed', draggable: 'false' });
}

function caged(html: string): HTMLElement {
  const frame = h('iframe.jf-cage', { sandbox: true, title: 'What the node showed', loading: 'lazy' });
  const { text, card } = theme();
  const style = `<style>body{margin:8px;font:13px/1.45 system-ui,sans-serif;color:${text};background:${card}}table{border-collapse:collapse}td,th{padding:3px 8px;text-align:right}</style>`;
  frame.srcdoc = CAGE + style + html;
  frame.style.height = `${heightOf(html)}px`;
  return frame;
}

/** The frame cannot be measured from outside: its blocks are counted. */
function heightOf(html: string): number {
  const blocks = html.match(/<(tr|p|li|br|h\d|div|pre|dt)\b/gi)?.length ?? 0;
  return Math.min(360, 44 + blocks * 22 + Math.min(200, html.split('\n').length));
}

function encoded(text: string): string {
  return encodeURIComponent(text.replace(/[\ud800-\udfff]/gu, '\ufffd')); // halves of characters cannot be encoded
}
