// Builds the widget: two ES modules and a style sheet. The view is what anywidget loads, and copied into the saved
// state of every widget, so it has a limit and travels compressed: a few lines unpack the rest. The panes are given by
// the kernel when somebody wants to see them, with their style in them.
//
// It is packed by a library, not by node's zlib, which gives other bytes on other machines.
// `--out FOLDER` writes elsewhere, to compare with what is committed; `--watch` builds plainly, on every change.

import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import esbuild from 'esbuild';
import { deflateSync } from 'fflate';

const here = dirname(fileURLToPath(import.meta.url));
const LIMIT = 60_000; // bytes of the view's module before it is compressed

const at = process.argv.indexOf('--out');
const folder = at < 0 ? join(here, '..', 'jupyter_flow', 'widgets', 'static') : process.argv[at + 1];
const options = {
  absWorkingDir: here, // paths in the output, if any, are the same on every machine
  outdir: folder,
  bundle: true,
  format: 'esm',
  target: 'es2022',
  minify: true,
  charset: 'utf8',
  legalComments: 'none',
  logLevel: 'warning',
};

/** What is built from one entry, as bytes. */
async function built(entry, define = {}) {
  const { outputFiles } = await esbuild.build({ ...options, entryPoints: [entry], define, write: false });
  return Buffer.from(outputFiles[0].contents);
}

/** A module that unpacks another and stands for it. */
function packed(code) {
  const content = Buffer.from(deflateSync(code, { level: 9, mem: 12 })).toString('base64');
  return Buffer.from(`// Built from labextension/src by labextension/build.mjs, which says why it is compressed.
const packed = Uint8Array.from(atob("${content}"), c => c.charCodeAt(0));
const code = await new Response(new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate-raw"))).text();
const url = URL.createObjectURL(new Blob([code], { type: "text/javascript" }));
const { default: widget } = await import(/* webpackIgnore: true */ url);
URL.revokeObjectURL(url);
export default widget;
`);
}

function write(name, bytes, note = '') {
  writeFileSync(join(folder, name), bytes);
  console.log(`${name}: ${bytes.length} bytes${note}`);
}

mkdirSync(folder, { recursive: true });
const style = JSON.stringify((await built('style/panes.css')).toString());
if (process.argv.includes('--watch')) {
  const define = { PANES_STYLE: style, PANES_NAME: '"in development"' };
  const entryPoints = ['src/widget.ts', 'src/panes.ts', 'style/widget.css'].map(path => ({
    in: path,
    out: path.replace(/.*\/|\..*/g, ''),
  }));
  const plain = { minify: false, sourcemap: 'inline', logLevel: 'info' };
  const context = await esbuild.context({ ...options, ...plain, define, entryPoints });
  await context.watch();
} else {
  const panes = await built('src/panes.ts', { PANES_STYLE: style });
  const name = createHash('sha256').update(panes).digest('hex').slice(0, 16); // a page may have those of several builds
  const view = await built('src/widget.ts', { PANES_NAME: JSON.stringify(name) });
  write('widget.js', packed(view), `, ${view.length} before it was compressed`);
  write('panes.js', panes);
  write('widget.css', await built('style/widget.css'));
  if (view.length > LIMIT) {
    console.error(`the view has more than ${LIMIT} bytes`);
    process.exitCode = 1;
  }
}
