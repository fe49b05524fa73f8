// Proves that what is committed was built from these sources: builds all of it in another folder and compares bytes.
// Packages are installed there as well, as the lock file has them; the page's own tests run there, too.

import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '..');
const BUILT = ['jupyter_flow/widgets/static', 'jupyter_flow/labextension'];
const MADE = ['node_modules', 'lib'];

const elsewhere = mkdtempSync(join(tmpdir(), 'jupyter-flow-assets-'));
try {
  cpSync(here, join(elsewhere, 'labextension'), {
    recursive: true,
    filter: path => !MADE.includes(relative(here, path)),
  });
  // Linked packages would not do: the builder numbers modules by where they really are.
  npm('ci', '--ignore-scripts', '--no-progress');
  npm('run', '--silent', 'build');
  npm('run', '--silent', 'test');
  const wrong = BUILT.flatMap(folder => differences(join(root, folder), join(elsewhere, folder), folder));
  if (wrong.length) {
    console.error(`Built assets are not what the sources give; run make assets and commit them:\n  ${wrong.join('\n  ')}`);
    process.exitCode = 1;
  } else {
    console.log('The built assets are current.');
  }
} finally {
  rmSync(elsewhere, { recursive: true, force: true });
}

function npm(...words) {
  const shell = process.platform === 'win32';
  execFileSync('npm', words, { cwd: join(elsewhere, 'labextension'), stdio: 'inherit', shell });
}

/** The files that are not the same in both folders. */
function differences(committed, fresh, name) {
  const files = folder => readdirSync(folder, { recursive: true, withFileTypes: true }).filter(entry => entry.isFile());
  const paths = folder => files(folder).map(entry => relative(folder, join(entry.parentPath ?? entry.path, entry.name)));
  const all = [...new Set([...paths(committed), ...paths(fresh)])].sort();
  const bytes = (folder, path) => {
    try {
      return readFileSync(join(folder, path));
    } catch {
      return null; // is not there
    }
  };
  return all
    .filter(path => {
      const [a, b] = [bytes(committed, path), bytes(fresh, path)];
      return a === null || b === null || !a.equals(b);
    })
    .map(path => join(name, path));
}
