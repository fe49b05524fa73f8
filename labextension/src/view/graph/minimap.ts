import { h } from '../dom';
import { seen, type Camera, type Size } from './camera';
import type { Look } from './look';
import type { Scene } from './scene';

const ROOM: Size = { width: 168, height: 110 };

/** The whole graph, small, with the part that is seen; pointing at it goes there. For eyes and mice only. */
export class Minimap {
  readonly canvas = h('canvas', { class: 'jf-minimap', 'aria-hidden': 'true', hidden: true });
  private k = 1;

  constructor(go: (x: number, y: number) => void) {
    const heard = (event: PointerEvent): void => {
      if (!(event.buttons & 1)) return;
      const { left, top } = this.canvas.getBoundingClientRect();
      go((event.clientX - left - 1) / this.k, (event.clientY - top - 1) / this.k);
    };
    this.canvas.addEventListener('pointerdown', event => {
      this.canvas.setPointerCapture(event.pointerId);
      heard(event);
    });
    this.canvas.addEventListener('pointermove', heard);
  }

  /** Shown only where it helps. */
  draw(shown: boolean, scene: Scene, look: Look, camera: Camera, room: Size, accent: string): void {
    this.canvas.hidden = !shown;
    if (!shown) return;
    const { width, height } = scene.graph;
    this.k = Math.min(ROOM.width / width, ROOM.height / height, 0.5);
    const ctx = this.sized(width * this.k, height * this.k);
    for (const box of scene.boxes) {
      const { group } = box;
      ctx.fillStyle = look.graph.by === 'status' ? look.status(box.tally.status) : look.box(box).stroke;
      const [w, h] = [Math.max(group.width * this.k, 1.5), Math.max(group.height * this.k, 1.5)];
      ctx.fillRect(group.x * this.k - w / 2, group.y * this.k - h / 2, w, h);
    }
    const part = seen(camera, room);
    ctx.strokeStyle = accent;
    ctx.lineWidth = 1.5;
    ctx.strokeRect(
      part.left * this.k,
      part.top * this.k,
      (part.right - part.left) * this.k,
      (part.bottom - part.top) * this.k
    );
  }

  private sized(width: number, height: number): CanvasRenderingContext2D {
    const ratio = window.devicePixelRatio || 1;
    const { canvas } = this;
    const [w, h] = [Math.max(8, Math.round(width * ratio)), Math.max(8, Math.round(height * ratio))];
    if (canvas.width !== w || canvas.height !== h) {
      canvas.width = w;
      canvas.height = h;
      canvas.style.width = `${w / ratio}px`;
      canvas.style.height = `${h / ratio}px`;
    }
    const ctx = canvas.getContext('2d')!;
    ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
    ctx.clearRect(0, 0, w, h);
    return ctx;
  }
}
