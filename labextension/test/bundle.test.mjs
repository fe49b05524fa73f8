import { existsSync, statSync } from 'node:fs';
import { expect, test } from 'vitest';

const built = '../jupyter_flow/widgets/static/widget.js';

test('the widget is small: it is saved with every notebook that shows it', () => {
  expect(existsSync(built)).toBe(true);
  expect(statSync(built).size).toBeLessThan(60_000);
});
