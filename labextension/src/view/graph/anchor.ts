import { fitted, worldAt, type Camera, type Size } from './camera';
import type { Scene } from './scene';

/**
 * A camera for a new layout under which a box stays where it is: the one that was clicked, by its index in the new
 * layout, or else the one in the middle.
 */
export function anchored(camera: Camera, before: Scene, scene: Scene, room: Size, clicked: number): Camera {
  const [x, y] = worldAt(camera, room.width / 2, room.height / 2);
  const far = ({ group }: Scene['boxes'][number]): number => Math.hypot(group.x - x, group.y - y);
  const known = before.boxes.filter(({ group }) => scene.boxOf(group.first) >= 0).sort((a, b) => far(a) - far(b));
  const first = scene.boxes[clicked]?.group.first;
  const old = (known.find(({ group }) => group.first === first) ?? known[0])?.group;
  const now = old && scene.boxes[scene.boxOf(old.first)]?.group;
  if (!old || !now) return fitted(scene.graph, room);
  return { k: camera.k, x: camera.x + (old.x - now.x) * camera.k, y: camera.y + (old.y - now.y) * camera.k };
}
