import type { Graph, Tally } from '../../protocol';
import { h } from '../dom';
import { still, theme } from '../theme';
import { anchored } from './anchor';
import { filled, fitted, held, revealing, seen, whole, worldAt, zoomed, type Camera } from './camera';
import { HELP, press, type Keyed } from './keys';
import { Look } from './look';
import { Minimap } from './minimap';
import { Motion, MOVING } from './motion';
import { ALL } from './paint';
import { drawFrame, type Frame } from './picture';
import { Pilot } from './pilot';
import { listenToPointer } from './pointer';
import { boundsOf, same, Scene, type Box } from './scene';
import { Stage } from './stage';
import { hint, Tooltip } from './tooltip';
import { Walker, type Step } from './walk';

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
  private readonly pilot = new Pilot();
  private motion: Motion | null = null;
  private began = -1; // when the motion began; -1: with the next frame
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
    const keyed: Keyed = {
      walk: step => this.walk(step),
      pan: (dx, dy) => this.pan(dx, dy),
      zoom: factor => this.zoom(factor),
      fit: () => this.fit(),
      enter: () => this.enter(),
      details: () => this.details(),
      back: () => this.back(),
    };
    canvas.addEventListener('keydown', event => {
      if (this.scene) press(event, this.scene.graph.orientation, keyed);
    });
    for (const type of ['focus', 'blur']) canvas.addEventListener(type, () => this.stage.want());
    this.unlisten = listenToPointer(canvas, {
      pan: (dx, dy) => this.pan(dx, dy),
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

  /** Marks a node as selected, null: none; `sought` elsewhere, it is brought into sight. */
  select(node: number | null, sought = false): void {
    this.selected = node;
    if (sought && node !== null) this.go(this.scene?.boxOf(node) ?? -1);
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
    this.fly(revealing(this.pilot.goal, boundsOf(box.group), this.stage.room));
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
    else this.fly(filled(anchored(this.camera, before, scene, room, this.current), scene.graph, room));
    this.stage.want();
  }

  private fly(to: Camera): void {
    this.pilot.fly(to);
    this.stage.want();
  }

  private get camera(): Camera {
    return this.pilot.camera;
  }

  private move(camera: Camera): void {
    if (!this.scene) return;
    this.follows = false;
    this.pilot.jump(held(camera, this.scene.graph, this.stage.room));
    this.tooltip.hide();
    this.stage.want();
  }

  private centre(x: number, y: number): void {
    const [{ width, height }, { k }] = [this.stage.room, this.camera];
    this.focus(); // as after a click in the graph: keys and the wheel go on there
    this.move({ k, x: width / 2 - x * k, y: height / 2 - y * k });
  }

  private resized(): void {
    if (!this.scene) return;
    const { graph } = this.scene;
    const { room } = this.stage;
    const whole = fitted(graph, room);
    const box = this.selected === null ? undefined : this.scene.boxes[this.scene.boxOf(this.selected)];
    // A pane beside the graph takes room: where the whole could not be read, what was clicked stays in sight.
    if (this.follows && !(box && whole.k < ALL && whole.k < this.camera.k)) return this.pilot.jump(whole);
    const at = this.follows ? filled(this.camera, graph, room) : held(this.camera, graph, room);
    this.pilot.jump(box ? revealing(at, boundsOf(box.group), room) : at);
  }

  private draw(now: number): 'now' | 'soon' | 'later' {
    const { scene, look } = this;
    if (!scene || !look) return 'later';
    if (this.began < 0) this.began = now;
    const time = Math.min(1, (now - this.began) / MOVING);
    if (time === 1) this.motion = null;
    const moves = this.pilot.move(now) || this.motion !== null;
    const runs = !still() && scene.runs(seen(this.camera, this.stage.room));
    drawFrame(this.stage.ctx, this.frame(scene, look, time, runs ? (now % TURN) / TURN : -1), this.stage.cutter);
    const larger = !whole(this.pilot.goal, scene.graph, this.stage.room);
    this.stage.canvas.classList.toggle('jf-larger', larger);
    this.minimap.draw(larger || this.pilot.goal.k < 0.3, scene, look, this.camera, this.stage.room, this.accent);
    return moves ? 'now' : runs ? 'soon' : 'later';
  }

  private frame(scene: Scene, look: Look, time: number, phase: number): Frame {
    const { camera, motion, hovered, current, hits, accent } = this;
    const selected = this.selected === null ? -1 : scene.boxOf(this.selected);
    const focused = document.activeElement === this.stage.canvas;
    return { scene, look, camera, room: this.stage.room, motion, time, phase, hovered, current, focused, selected, hits, accent };
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

  private pan(dx: number, dy: number): void {
    this.move({ ...this.camera, x: this.camera.x + dx, y: this.camera.y + dy });
  }

  private zoom(factor: number): void {
    const { width, height } = this.stage.room;
    this.move(zoomed(this.camera, factor, width / 2, height / 2));
  }

  private walk(step: Step): void {
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
