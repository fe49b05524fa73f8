import type { Drawing } from '../protocol';
import { h } from './dom';
import { isDark } from './theme';

const FINE = 2; // pixels of a saved PNG for one of the picture
const LARGEST = 8192; // px, beyond which browsers refuse

/** Saves the picture as the kernel draws it, in the page's theme. */
export class Saver {
  private wanted: 'svg' | 'png' | null = null;

  constructor(private readonly ask: (dark: boolean) => void, private readonly failed: (text: string) => void) {}

  want(what: 'svg' | 'png'): void {
    this.wanted = what;
    this.ask(isDark());
  }

  async hear({ svg }: Drawing, title: string): Promise<void> {
    const what = this.wanted;
    this.wanted = null;
    if (!what) return;
    try {
      const content = what === 'svg' ? new Blob([svg], { type: 'image/svg+xml' }) : await asPng(svg);
      save(content, fileName(title, what));
    } catch {
      this.failed('The picture could not be saved.');
    }
  }
}

/** Offers a picture as a file. */
function save(content: Blob, name: string): void {
  const address = URL.createObjectURL(content);
  const link = h('a', { href: address, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

/** A name that every file system takes. */
export function fileName(title: string, ending: string): string {
  const plain = title.replace(/[^\p{L}\p{N}._-]+/gu, '-').replace(/^[-.]+|[-.]+$/g, '');
  return `${plain.slice(0, 80) || 'graph'}.${ending}`;
}

/** An SVG as PNG. It is drawn as an image, in which no script runs and nothing is fetched. */
async function asPng(svg: string): Promise<Blob> {
  const address = URL.createObjectURL(new Blob([svg], { type: 'image/svg+xml' }));
  try {
    const image = new Image();
    image.src = address;
    await image.decode();
    const scale = Math.min(FINE, LARGEST / Math.max(image.width, image.height, 1));
    const canvas = h('canvas', { width: Math.round(image.width * scale), height: Math.round(image.height * scale) });
    canvas.getContext('2d')!.drawImage(image, 0, 0, canvas.width, canvas.height);
    return await new Promise((resolve, reject) =>
      canvas.toBlob(blob => (blob ? resolve(blob) : reject(new Error('too large a picture'))), 'image/png')
    );
  } finally {
    URL.revokeObjectURL(address);
  }
}
