// Bundles the widget: one ES module and its style sheet, as anywidget loads them.
// `--out FOLDER` writes elsewhere, to compare with what is committed; `--watch` builds on every change.

import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import esbuild from 'esbuild';

const here = dirname(fileURLToPath(import.meta.url));
const LIMIT = 60_000; // bytes: the module is copied into the saved state of every widget

const at = process.argv.indexOf('--out');
const folder = at < 0 ? join(here, '..', 'jupyter_flow', 'widgets', 'static') : process.argv[at + 1];
const options = {
  absWorkingDir: here, // paths in the output, if any, are the same on every machine
  entryPoints: [
    { in: 'src/widget.ts', out: 'widget' },
    { in: 'style/widget.css', out: 'widget' },
  ],
  outdir: folder,
  bundle: true,
  format: 'esm',
  target: 'es2022',
  minify: true,
  charset: 'utf8',
  legalComments: 'none',
  logLevel: 'warning',
};

if (process.argv.includes('--watch')) {
  const context = await esbuild.context({ ...options, minify: false, sourcemap: 'inline', logLevel: 'info' });
  await context.watch();
} else {
  await esbuild.build(options);
  for (const name of ['widget.js', 'widget.css']) {
    const bytes = readFileSync(join(folder, name));
    console.log(`${name}: ${bytes.length} bytes, ${gzipSync(bytes).length} compressed`);
    if (name === 'widget.js' && bytes.length > LIMIT) {
      console.error(`${name} has more than ${LIMIT} bytes`);
      process.exitCode = 1;
    }
  }
}
