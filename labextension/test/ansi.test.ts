import { expect, test } from 'vitest';
import { Terminal } from '../src/view/ansi';

function shown(...texts: string[]): Terminal {
  const terminal = new Terminal();
  for (const text of texts) terminal.show(text);
  return terminal;
}

function classes(terminal: Terminal): string[] {
  return [...terminal.element.querySelectorAll('span')].map(span => `${span.className}:${span.textContent}`);
}

test('the sixteen colours and bold become classes', () => {
  expect(classes(shown('\x1b[1;31mred\x1b[0m plain \x1b[92;44mbright\x1b[0m'))).toEqual([
    'jf-bold jf-f1:red',
    'jf-f10 jf-b4:bright',
  ]);
});

test('256 and true colours are colours of the element', () => {
  const spans = shown('\x1b[38;5;208mcube\x1b[48;2;1;2;300mtrue').element.querySelectorAll('span');
  expect(spans[0]?.style.color).toBe('#ff8700');
  expect(spans[1]?.style.backgroundColor).toBe('#0102ff');
});

test('a carriage return writes over the line', () => {
  expect(shown(' 10%|#   |\r 90%|### |').text).toBe(' 90%|### |');
  expect(shown('long line\rshort').text).toBe('shortline');
  expect(shown('one\r\ntwo').text).toBe('one\ntwo');
});

test('the cursor moves up to lines before and erases them', () => {
  expect(shown('a: 1\nb: 1\n\x1b[2A\x1b[2Ka: 2\nb: 2\n').text).toBe('a: 2\nb: 2\n');
});

test('an escape sequence that is not complete waits for its end', () => {
  const terminal = shown('a\x1b[3', 'a\x1b[31mb');
  expect(terminal.text).toBe('ab');
  expect(classes(terminal)).toEqual(['jf-f1:b']);
});

test('what is added is drawn without touching the lines before', () => {
  const terminal = shown('one\ntwo\n');
  const first = terminal.element.firstChild?.firstChild;
  terminal.show('one\ntwo\nthree');
  expect(terminal.element.firstChild?.firstChild).toBe(first);
  expect(terminal.text).toBe('one\ntwo\nthree');
});

test('a text of which the beginning was left out goes on', () => {
  const lines = Array.from({ length: 200 }, (_, i) => `line ${i}\n`);
  const terminal = shown(lines.slice(0, 150).join(''));
  const kept = terminal.element.children[120];
  terminal.show(lines.slice(50).join(''));
  expect(terminal.element.children[120]).toBe(kept);
  expect(terminal.text).toBe(lines.join(''));
});

test('another text takes the place of the one before', () => {
  expect(shown('one', 'two').text).toBe('two');
});

test('markup, titles and links are text or nothing', () => {
  const terminal = shown('\x1b]8;;javascript:alert(1)\x07<img src=x onerror=alert(1)>\x1b]8;;\x07');
  expect(terminal.text).toBe('<img src=x onerror=alert(1)>');
  expect(terminal.element.querySelector('img, a')).toBeNull();
});

test('a flood of lines is cut at the beginning', () => {
  const terminal = shown(Array.from({ length: 5000 }, (_, i) => `${i}\n`).join(''));
  expect(terminal.element.children.length).toBeLessThanOrEqual(3000);
  expect(terminal.text.endsWith('4999\n')).toBe(true);
});
