import { h } from './dom';

const FINE = 2; // pixels of a saved PNG for one of the picture
const LARGEST = 8192; // px, beyond which browsers refuse

/** Offers a picture as a file. */
export function save(content: Blob, name: string): void {
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
export async function asPng(svg: string): Promise<Blob> {
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
