import { readFileSync } from 'node:fs';
import { inflateRawSync } from 'node:zlib';
import { expect, test } from 'vitest';

const built = name => readFileSync(`../jupyter_flow/widgets/static/${name}`, 'utf8');
const [, content] = /atob\("([^"]+)"\)/.exec(built('widget.js'));
const view = inflateRawSync(Buffer.from(content, 'base64')).toString();

test('the view is small before it is compressed: it is saved with every notebook that shows it', () => {
  expect(view.length).toBeGreaterThan(10_000);
  expect(Buffer.byteLength(view)).toBeLessThan(60_000);
});

test('what is shown on demand is no part of the view, and brings its own style', () => {
  for (const name of ['Where it ran', 'Timeline of workers', 'Table of nodes']) {
    expect(view).not.toContain(name);
    expect(built('panes.js')).toContain(name);
  }
  expect(built('panes.js')).toContain('.jf-resources');
  expect(built('widget.css')).not.toContain('.jf-resources');
});
