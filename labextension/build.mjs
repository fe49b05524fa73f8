// Builds the widget: one ES module and its style sheet, as anywidget loads them.
//
// The module is copied into the saved state of every widget, so it travels compressed: a few lines unpack the rest.
// They are packed by a library, not by node's zlib, which gives other bytes on other machines.
// `--out FOLDER` writes elsewhere, to compare with what is committed; `--watch` builds plainly, on every change.

import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import esbuild from 'esbuild';
import { deflateSync } from 'fflate';

const here = dirname(fileURLToPath(import.meta.url));
const LIMIT = 60_000; // bytes of the module, as it is saved

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

/** A module that unpacks another and stands for it. */
function packed(code) {
  const content = Buffer.from(deflateSync(code, { level: 9, mem: 12 })).toString('base64');
  return `// Built from labextension/src by labextension/build.mjs, which says why it is compressed.
const packed = Uint8Array.from(atob("${content}"), c => c.charCodeAt(0));
const code = await new Response(new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate-raw"))).text();
const url = URL.createObjectURL(new Blob([code], { type: "text/javascript" }));
const { default: widget } = await import(/* webpackIgnore: true */ url);
URL.revokeObjectURL(url);
export default widget;
`;
}

if (process.argv.includes('--watch')) {
  const context = await esbuild.context({ ...options, minify: false, sourcemap: 'inline', logLevel: 'info' });
  await context.watch();
} else {
  const { outputFiles } = await esbuild.build({ ...options, write: false });
  mkdirSync(folder, { recursive: true });
  for (const { path, contents } of outputFiles) {
    const module = path.endsWith('.js');
    const bytes = module ? Buffer.from(packed(contents)) : contents;
    writeFileSync(path, bytes);
    const before = module ? `, ${contents.length} before it was compressed` : '';
    console.log(`${module ? 'widget.js' : 'widget.css'}: ${bytes.length} bytes${before}`);
    if (module && bytes.length > LIMIT) {
      console.error(`widget.js has more than ${LIMIT} bytes`);
      process.exitCode = 1;
    }
  }
}
