/** Python with its words coloured: enough to read by, not a parser. */

import { h } from './dom';

export type TokenKind = '' | 'keyword' | 'string' | 'comment' | 'number' | 'decorator' | 'name' | 'builtin';

const KEYWORDS = words(
  'False None True and as assert async await break class continue def del elif else except finally for from global ' +
    'if import in is lambda nonlocal not or pass raise return try while with yield'
);
const BUILTINS = words(
  'abs all any bool bytes dict enumerate filter float getattr hasattr input int isinstance iter len list map max min ' +
    'next object open print property range repr reversed round self set setattr sorted str sum super tuple type vars zip'
);
const TOKEN =
  /(#[^\n]*)|((?:[rbuf]|t|[rb]{2}|[rf]{2}|[rt]{2})?(?:"""[^]*?(?:"""|$)|'''[^]*?(?:'''|$)|"(?:\\[^]|[^"\\\n])*"?|'(?:\\[^]|[^'\\\n])*'?))|(@[\p{L}_][\p{L}\p{N}_.]*)|((?:0[xob][\da-f_]+|(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:e[+-]?\d[\d_]*)?)j?)|([\p{L}_][\p{L}\p{N}_]*)/giu;

/** The tokens of a source, in order; together they are the source. */
export function tokens(source: string): [TokenKind, string][] {
  const found: [TokenKind, string][] = [];
  let at = 0;
  let previous = '';
  for (const match of source.matchAll(TOKEN)) {
    if (match.index > at) found.push(['', source.slice(at, match.index)]);
    found.push([kindOf(match, previous, source), match[0]]);
    at = match.index + match[0].length;
    if (!match[1]) previous = match[0];
  }
  if (at < source.length) found.push(['', source.slice(at)]);
  return found;
}

function kindOf(match: RegExpExecArray, previous: string, source: string): TokenKind {
  const [text, comment, string, decorator, number] = match;
  if (comment) return 'comment';
  if (string) return 'string';
  if (decorator) return /(^|\n)[ \t]*$/.test(source.slice(Math.max(0, match.index - 200), match.index)) ? 'decorator' : '';
  if (number) return 'number';
  if (source[match.index - 1] === '.') return '';
  if (KEYWORDS.has(text)) return 'keyword';
  if (previous === 'def' || previous === 'class') return 'name';
  return BUILTINS.has(text) ? 'builtin' : '';
}

/** A source as an element. */
export function highlighted(source: string): HTMLElement {
  const spans = tokens(source).map(([kind, text]) => (kind ? h('span', { class: `jf-${kind}` }, text) : text));
  return h('code.jf-source', spans);
}

function words(text: string): Set<string> {
  return new Set(text.split(' '));
}
