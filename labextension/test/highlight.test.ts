import { expect, test } from 'vitest';
import { highlighted, tokens } from '../src/view/highlight';

function kinds(source: string): Record<string, string> {
  return Object.fromEntries(tokens(source).flatMap(([kind, text]) => (kind ? [[text, kind]] : [])));
}

test('words of Python have their kinds', () => {
  expect(kinds('@ct.electron\ndef train(x=1e-3):\n    return len("a # b")  # why')).toEqual({
    '@ct.electron': 'decorator',
    def: 'keyword',
    train: 'name',
    '1e-3': 'number',
    return: 'keyword',
    len: 'builtin',
    '"a # b"': 'string',
    '# why': 'comment',
  });
});

test('strings end where they end', () => {
  expect(kinds('x = """one\n"two" \'\'\' three"""; y = f"{a}" rb\'\\\'\' \'open\nz = 1')).toEqual({
    '"""one\n"two" \'\'\' three"""': 'string',
    'f"{a}"': 'string',
    "rb'\\''": 'string',
    "'open": 'string',
    '1': 'number',
  });
});

test('attributes and a matrix product are plain', () => {
  expect(kinds('a.print @ b.len')).toEqual({});
});

test('the tokens together are the source, whatever it is', () => {
  for (const source of ['', '"""', "'\\", 'é = ß1 + 0x_ff\r\n\t\0', '@', '`$?', 'rf"""\\"""']) {
    expect(tokens(source).map(([, text]) => text).join('')).toBe(source);
  }
});

test('a source that looks like markup is text', () => {
  const element = highlighted('x = "<img src=x onerror=alert(1)>"');
  expect(element.querySelector('img')).toBeNull();
  expect(element.textContent).toContain('<img');
});
