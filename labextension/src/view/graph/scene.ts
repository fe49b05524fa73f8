import type { Edge, Graph, Group, Point, Tally } from '../../protocol';
import { isRunning } from '../text';
import type { Rect } from './camera';
import { overlap } from './curve';
import { HIGH, Labels, type Label } from './labels';
import { labelText, SMALL, type Cutter } from './lettering';

export const STACK = 5; // px, how far the cards of a group stick out behind it
const LABELLED = 60; // edges, up to which they carry the names of parameters

/** A box with what is known of it now. */
export interface Box {
  readonly group: Group;
  readonly key: string; // the same box in another layout has the same
  tally: Tally;
}

/** An edge as it is drawn: its route, and its label where there is room for it. */
export interface Line {
  readonly edge: Edge;
  readonly key: string;
  readonly route: readonly Point[]; // empty: from a box to itself
  readonly back: boolean; // against the layout's direction
  readonly label: Label | null;
  readonly bounds: Rect;
}

/** A picture, prepared for drawing, pointing and walking. */
export class Scene {
  readonly boxes: Box[];
  readonly lines: Line[];
  private readonly lit = new Map<number, Map<Line, Label>>();

  constructor(
    readonly graph: Graph,
    private readonly cutter: Cutter
  ) {
    this.boxes = graph.groups.map((group, i) => ({ group, key: keyOf(group), tally: graph.tallies[i] ?? idle(i) }));
    this.lines = this.drawn(graph);
  }

  /** Takes what has changed. */
  update(tallies: readonly Tally[]): void {
    for (const tally of tallies) {
      const box = this.boxes[tally.group];
      if (box) box.tally = tally;
    }
  }

  /** The box at a point of the graph, by its index; -1 where there is none. */
  hit(x: number, y: number): number {
    return this.boxes.findIndex(({ group }) => {
      const { left, top, right, bottom } = boundsOf(group);
      return x >= left && x <= right && y >= top && y <= bottom;
    });
  }

  /** The box that begins with a node, by its index; -1 where none does. */
  boxOf(node: number): number {
    return this.boxes.findIndex(({ group }) => group.first === node);
  }

  /** Whether a running node is in a part of the picture. */
  runs(part: Rect): boolean {
    return this.boxes.some(({ tally, group }) => isRunning(tally.status) && overlap(boundsOf(group), part));
  }

  /** All labels of a box's own edges, whatever else is hidden by them. */
  labelsOf(box: number): ReadonlyMap<Line, Label> {
    let found = this.lit.get(box);
    if (!found) this.lit.set(box, (found = this.labelled(box)));
    return found;
  }

  /** The lines whose labels stand beside those of a box's own edges: none of these hides them. */
  besides(box: number): readonly Line[] {
    const own = this.labelsOf(box);
    const taken = [...own.values()].map(label => this.room(label));
    return this.lines.filter(line => line.label && !own.has(line) && !taken.some(rect => overlap(rect, this.room(line.label!))));
  }

  private room({ text, at: [x, y] }: Label): Rect {
    const half = this.cutter.measure(text, SMALL) / 2 + 2;
    return { left: x - half, top: y - HIGH, right: x + half, bottom: y + HIGH };
  }

  private labelled(box: number): Map<Line, Label> {
    const labels = this.placing([]);
    const found = new Map<Line, Label>();
    for (const line of this.lines) {
      if (line.edge.source !== box && line.edge.target !== box) continue;
      const label = labels.force(line.route, labelText(line.edge.labels));
      if (label) found.set(line, label);
    }
    return found;
  }

  private placing(routes: readonly (readonly Point[])[]): Labels {
    return new Labels(this.boxes.map(({ group }) => boundsOf(group)), routes, this.graph.orientation, this.cutter);
  }

  private drawn(graph: Graph): Line[] {
    const axis = graph.orientation === 'down' ? 'y' : 'x';
    const few = graph.edges.length <= LABELLED;
    const labels = this.placing(few ? graph.edges.map(({ points }) => points) : []);
    return graph.edges.flatMap((edge, i) => {
      const [source, target] = [graph.groups[edge.source], graph.groups[edge.target]];
      if (!source || !target) return [];
      const route = edge.points;
      const label = few ? labels.place(route, labelText(edge.labels), i) : null;
      const back = target[axis] < source[axis];
      const bounds = route.length ? around(route) : boundsOf(source);
      return [{ edge, key: `${keyOf(source)}>${keyOf(target)}>${i}`, route, back, label, bounds }];
    });
  }
}

/** The rectangle of a box. */
export function boundsOf(group: Group): Rect {
  return {
    left: group.x - group.width / 2,
    top: group.y - group.height / 2,
    right: group.x + group.width / 2,
    bottom: group.y + group.height / 2,
  };
}

function around(route: readonly Point[]): Rect {
  const xs = route.map(([x]) => x);
  const ys = route.map(([, y]) => y);
  return {
    left: Math.min(...xs) - 8,
    top: Math.min(...ys) - 8,
    right: Math.max(...xs) + 8,
    bottom: Math.max(...ys) + 8,
  };
}

function keyOf(group: Group): string {
  return `${group.first}${group.count > 1 ? '*' : ''}`;
}

function idle(group: number): Tally {
  return { group, status: 0, counts: [], executors: [], seconds: null, progress: null, words: '' };
}

/** Whether two pictures have the same boxes in the same places. */
export function same(a: Graph, b: Graph): boolean {
  const [x, y] = [a, b].map(({ groups, orientation }) =>
    JSON.stringify([orientation, groups.map(group => [group.first, group.count, group.x, group.y])])
  );
  return x === y;
}
