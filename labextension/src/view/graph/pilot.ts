import { still } from '../theme';
import { between, type Camera } from './camera';
import { ease, MOVING } from './motion';

/** Brings the camera from where it is to where it shall be, smoothly. */
export class Pilot {
  camera: Camera = { x: 0, y: 0, k: 1 };
  private flight: { from: Camera; to: Camera } | null = null;
  private began = -1; // -1: with the next frame
  private placed = false;

  /** Where the camera will be. */
  get goal(): Camera {
    return this.flight?.to ?? this.camera;
  }

  /** On its way; at once the first time, and where people want no motion. */
  fly(to: Camera): void {
    const { x, y, k } = this.camera;
    const near = Math.abs(to.x - x) + Math.abs(to.y - y) < 1 && to.k === k;
    if (near || still() || !this.placed) {
      this.jump(to);
    } else {
      this.flight = { from: this.camera, to };
      this.began = -1;
    }
  }

  jump(to: Camera): void {
    this.camera = to;
    this.flight = null;
    this.placed = true;
  }

  /** Moves on to a time in ms; whether it still flies. */
  move(now: number): boolean {
    if (!this.flight) return false;
    if (this.began < 0) this.began = now;
    const time = Math.min(1, (now - this.began) / MOVING);
    const { from, to } = this.flight;
    this.camera = between(from, to, ease(time));
    if (time === 1) this.flight = null;
    return time < 1;
  }
}
