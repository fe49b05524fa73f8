import type { Graph, Tally } from '../../protocol';
import { h } from '../dom';
import { still, theme } from '../theme';
import {
  between,
  fitted,
  held,
  revealing,
  seen,
  whole,
  worldAt,
  zoomed,
  type Camera,
} from './camera';
import { Look } from './look';
import { Minimap } from './minimap';
import { ease, Motion, MOVING } from './motion';
import { ALL } from './paint';
import { drawFrame } from './picture';
import { listenToPointer } from './pointer';
import { boundsOf, Scene, type Box } from './scene';
import { Stage } from './stage';
import { Tooltip } from './tooltip';
import { stepOf, Walker } from './walk';

/** What the graph asks of its view. */
export interface GraphEvents {
  select(node: number, byKey: boolean): void;
  open(node: number): void; // a group, by its first member
  close(box: Box): void; // the group that a box is a member of
  enter(node: number): void; // a sublattice
  leave(): void; // the innermost sublattice, if any
  announce(text: string): void;
}

const TURN = 1400; // ms, in which the arc of a running node goes round
const FACTOR = 1.3; // of one zooming key
const HELP =
  'Arrow keys walk along the edges and among neighbours. Enter opens a group, a sublattice or the details of a node, ' +
  'Space its details, Escape goes back. Plus and minus zoom, 0 fits the graph.';

/** The transport graph on a canvas: drawn, pointed at, walked by keys. */
export class GraphCanvas {
  readonly element = h('div', { class: 'jf-graph' });
  private readonly stage: Stage;
  private readonly minimap = new Minimap((x, y) => this.centre(x, y));
  private readonly tooltip = new Tooltip();
  private readonly unlisten: () => void;
  private scene: Scene | null = null;
  private walker: Walker | null = null;
  private look: Look | null = null;
  private camera: Camera = { x: 0, y: 0, k: 1 };
  private flight: { from: Camera; to: Camera } | null = null;
  private motion: Motion | null = null;
  private began = -1; // when motion and flight began; -1: with the next frame
  private follows = true; // the graph is fitted, until somebody moves it
  private hovered = -1;
  private current = -1;
  private selected: number | null = null; // a node
  private hits: ReadonlySet<number> = new Set(); // nodes
  private accent = '#1f6fd6';
  private ground = '';

  constructor(private readonly events: GraphEvents) {
    this.stage = new Stage(
      this.element,
      time => this.draw(time),
      () => this.resized()
    );
    const { canvas } = this.stage;
    const help = h('span', { class: 'jf-unseen', id: `jf-help-${Math.random().toString(36).slice(2)}` }, HELP);
    canvas.setAttribute('role', 'application');
    canvas.setAttribute('aria-label', 'Transport graph');
    canvas.setAttribute('aria-describedby', help.id);
    this.element.append(help, this.minimap.canvas, this.tooltip.element);
    canvas.addEventListener('keydown', event => this.key(event));
    for (const type of ['focus', 'blur']) canvas.addEventListener(type, () => this.stage.want());
    this.unlisten = listenToPointer(canvas, {
      pan: (dx, dy) => this.move({ ...this.camera, x: this.camera.x + dx, y: this.camera.y + dy }),
      zoom: (factor, x, y) => this.move(zoomed(this.camera, factor, x, y)),
      click: (x, y) => this.click(this.at(x, y)),
      twice: (x, y) => this.twice(this.at(x, y)),
      hover: (x, y) => this.hover(x, y),
      leave: () => this.hover(-1, -1),
    });
  }

  /** Shows a picture, from what was shown before it by a smooth way if it is of the same dispatch. */
  show(graph: Graph): void {
    const before = this.scene;
    const kept = before?.boxes[this.current]?.group.first;
    const scene = new Scene(graph, this.stage.cutter);
    this.scene = scene;
    this.walker = new Walker(scene);
    this.current = kept === undefined ? -1 : scene.boxOf(kept);
    this.hovered = -1;
    this.tooltip.hide();
    this.repaint();
    if (before && before.boxes.length && !same(before.graph, graph)) this.change(before, scene);
    else if (!before) this.fit();
  }

  /** Takes what has changed: boxes, and the ends of the scale of times. */
  apply(tallies: readonly Tally[], times: Graph['times']): void {
    const { scene } = this;
    if (!scene) return;
    scene.update(tallies);
    const grown = scene.graph.times?.join() !== times?.join();
    scene.graph.times = times;
    if (grown) this.repaint();
    this.stage.want();
  }

  /** Colours may have changed: the theme's, or by what boxes are coloured. */
  repaint(): void {
    const style = getComputedStyle(this.element);
    this.accent = style.getPropertyValue('--jf-accent').trim() || theme().status[3]![0];
    this.ground = style.backgroundColor;
    if (!this.ground || /rgba\(.*, 0\)|transparent/.test(this.ground)) this.ground = theme().card;
    if (this.scene) this.look = new Look(this.scene.graph, theme(), this.ground);
    this.stage.want();
  }

  /** Marks a node as selected; null: none. */
  select(node: number | null): void {
    this.selected = node;
    this.stage.want();
  }

  /** Marks the boxes with what was found, by their indices. */
  mark(boxes: Iterable<number>): void {
    this.hits = new Set(boxes);
    this.stage.want();
  }

  /** Walks to a box and shows it. */
  go(index: number): void {
    const box = this.scene?.boxes[index];
    if (!box) return;
    this.current = index;
    this.fly(revealing(this.goal(), boundsOf(box.group), this.stage.room));
    this.stage.want();
  }

  /** The whole graph. */
  fit(): void {
    this.follows = true;
    if (this.scene && this.stage.room.width) this.fly(fitted(this.scene.graph, this.stage.room));
  }

  focus(): void {
    this.stage.canvas.focus({ preventScroll: true });
  }

  dispose(): void {
    this.unlisten();
    this.stage.dispose();
    this.element.remove();
  }

  private change(before: Scene, scene: Scene): void {
    const { room } = this.stage;
    this.motion = still() ? null : new Motion(before, scene);
    this.began = -1;
    const whole = fitted(scene.graph, room);
    // An opened group may be so wide that the whole could not be read: then what was looked at stays.
    const lost = whole.k < ALL && whole.k < this.camera.k && before.graph.orientation === scene.graph.orientation;
    if (this.follows && !lost) this.fly(whole);
    else this.fly(held(this.anchored(before, scene), scene.graph, room));
    this.stage.want();
  }

  /** A camera for a new layout under which the box that was clicked, or the one in the middle, stays where it is. */
  private anchored(before: Scene, scene: Scene): Camera {
    const { camera } = this;
    const { width, height } = this.stage.room;
    const [x, y] = worldAt(camera, width / 2, height / 2);
    const known = before.boxes.filter(({ group }) => scene.boxOf(group.first) >= 0);
    known.sort((a, b) => Math.hypot(a.group.x - x, a.group.y - y) - Math.hypot(b.group.x - x, b.group.y - y));
    const clicked = scene.boxes[this.current]?.group.first;
    const old = (known.find(({ group }) => group.first === clicked) ?? known[0])?.group;
    const now = old && scene.boxes[scene.boxOf(old.first)]?.group;
    if (!old || !now) return fitted(scene.graph, this.stage.room);
    return { k: camera.k, x: camera.x + (old.x - now.x) * camera.k, y: camera.y + (old.y - now.y) * camera.k };
  }

  private fly(to: Camera): void {
    const near = Math.abs(to.x - this.camera.x) + Math.abs(to.y - this.camera.y) < 1 && to.k === this.camera.k;
    if (still() || near || !this.look || this.camera.k === 1 && !this.flight && !this.camera.x && !this.camera.y) {
      this.camera = to;
      this.flight = null;
    } else {
      this.flight = { from: this.camera, to };
      this.began = -1;
    }
    this.stage.want();
  }

  /** Where the camera will be. */
  private goal(): Camera {
    return this.flight?.to ?? this.camera;
  }

  private move(camera: Camera): void {
    if (!this.scene) return;
    this.flight = null;
    this.follows = false;
    this.camera = held(camera, this.scene.graph, this.stage.room);
    this.tooltip.hide();
    this.stage.want();
  }

  private centre(x: number, y: number): void {
    const { width, height } = this.stage.room;
    const { k } = this.camera;
    this.move({ k, x: width / 2 - x * k, y: height / 2 - y * k });
  }

  private resized(): void {
    if (!this.scene) return;
    this.flight = null;
    this.camera = this.follows
      ? fitted(this.scene.graph, this.stage.room)
      : held(this.camera, this.scene.graph, this.stage.room);
  }

  private draw(now: number): 'now' | 'soon' | 'later' {
    const { scene, look } = this;
    if (!scene || !look) return 'later';
    if (this.began < 0) this.began = now;
    const time = Math.min(1, (now - this.began) / MOVING);
    if (this.flight) this.camera = between(this.flight.from, this.flight.to, ease(time));
    const moves = time < 1 && (this.flight !== null || this.motion !== null);
    if (!moves) this.flight = this.motion = null;
    const runs = !still() && this.running(scene);
    drawFrame(this.stage.ctx, this.frame(scene, look, time, runs ? (now % TURN) / TURN : -1), this.stage.cutter);
    const large = !whole(this.goal(), scene.graph, this.stage.room) || this.goal().k < 0.3;
    this.minimap.draw(large, scene, look, this.camera, this.stage.room, this.accent);
    return moves ? 'now' : runs ? 'soon' : 'later';
  }

  private frame(scene: Scene, look: Look, time: number, phase: number): Parameters<typeof drawFrame>[1] {
    const { camera, motion, hovered, current, hits, accent } = this;
    const selected = this.selected === null ? -1 : scene.boxOf(this.selected);
    const focused = document.activeElement === this.stage.canvas;
    const { room } = this.stage;
    return { scene, look, camera, room, motion, time, phase, hovered, current, focused, selected, hits, accent };
  }

  /** Whether a running node is on the screen. */
  private running(scene: Scene): boolean {
    const part = seen(this.camera, this.stage.room);
    return scene.boxes.some(({ tally, group }) => {
      if (tally.status !== 3 && tally.status !== 9) return false;
      const { left, right, top, bottom } = boundsOf(group);
      return left < part.right && right > part.left && top < part.bottom && bottom > part.top;
    });
  }

  private at(x: number, y: number): number {
    return this.scene?.hit(...worldAt(this.camera, x, y)) ?? -1;
  }

  private hover(x: number, y: number): void {
    const index = x < 0 ? -1 : this.at(x, y);
    const box = this.scene?.boxes[index];
    if (box) this.tooltip.show(box.tally.words || box.group.name, hint(box), x, y, this.stage.room);
    else this.tooltip.hide();
    this.stage.canvas.classList.toggle('jf-over', index >= 0);
    if (index !== this.hovered) this.stage.want();
    this.hovered = index;
  }

  private click(index: number): void {
    this.focus();
    const box = this.scene?.boxes[index];
    if (!box || this.motion) return;
    this.current = index;
    this.tooltip.hide();
    if (box.group.count > 1) this.events.open(box.group.first);
    else this.events.select(box.group.first, false);
    this.stage.want();
  }

  private twice(index: number): void {
    const box = this.scene?.boxes[index];
    if (!box || box.group.count > 1 || this.motion) return;
    if (box.group.node_kind === 'sublattice') this.events.enter(box.group.first);
    else if (box.group.opened) this.events.close(box);
  }

  private key(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey || !this.scene) return;
    if (!this.pressed(event)) return;
    event.preventDefault();
    event.stopPropagation(); // else the notebook moves to another cell
  }

  /** Whether a key meant something. */
  private pressed({ key, shiftKey }: KeyboardEvent): boolean {
    const scene = this.scene!;
    const { width, height } = this.stage.room;
    const step = stepOf(key, scene.graph.orientation);
    if (step && shiftKey) this.shift(key);
    else if (step) this.walk(step);
    else if (key === '+' || key === '=') this.move(zoomed(this.camera, FACTOR, width / 2, height / 2));
    else if (key === '-') this.move(zoomed(this.camera, 1 / FACTOR, width / 2, height / 2));
    else if (key === '0') this.fit();
    else if (key === 'Enter') this.enter();
    else if (key === ' ') this.details();
    else if (key === 'Escape') this.back();
    else return false;
    return true;
  }

  private shift(key: string): void {
    const dx = key === 'ArrowLeft' ? 60 : key === 'ArrowRight' ? -60 : 0;
    const dy = key === 'ArrowUp' ? 60 : key === 'ArrowDown' ? -60 : 0;
    this.move({ ...this.camera, x: this.camera.x + dx, y: this.camera.y + dy });
  }

  private walk(step: Parameters<Walker['step']>[1]): void {
    const next = this.walker!.step(this.current, step);
    if (next < 0) {
      this.events.announce(step === 'forward' ? 'Nothing follows' : step === 'back' ? 'Nothing before' : 'No neighbour');
      return;
    }
    this.go(next);
    const box = this.scene!.boxes[next]!;
    this.events.announce(`${box.tally.words || box.group.name}. ${hint(box)}`);
  }

  private enter(): void {
    const box = this.scene!.boxes[this.current];
    if (!box) return;
    if (box.group.count > 1) this.events.open(box.group.first);
    else if (box.group.node_kind === 'sublattice') this.events.enter(box.group.first);
    else this.events.select(box.group.first, true);
  }

  private details(): void {
    const box = this.scene!.boxes[this.current];
    if (box) this.events.select(box.group.first, true);
  }

  private back(): void {
    const box = this.scene!.boxes[this.current];
    if (box?.group.opened) this.events.close(box);
    else this.events.leave();
  }
}

function hint({ group }: Box): string {
  if (group.count > 1) return 'Opens in place';
  if (group.node_kind === 'sublattice') return 'Click: details; double click or Enter: goes in';
  return group.opened ? 'Click: details; double click or Escape: folds' : '';
}

function same(a: Graph, b: Graph): boolean {
  const [x, y] = [a, b].map(({ groups, orientation }) =>
    JSON.stringify([orientation, groups.map(group => [group.first, group.count, group.x, group.y])])
  );
  return x === y;
}
