import { describe, expect, test } from 'vitest';
import type { Edge, Graph, Group } from '../src/protocol';
import { between, filled, fitted, held, revealing, seen, whole, worldAt, zoomed } from '../src/view/graph/camera';
import { traceHead, traceLine, type Pen } from '../src/view/graph/curve';
import { Labels } from '../src/view/graph/labels';
import { clean, Cutter, labelText } from '../src/view/graph/lettering';
import { Look } from '../src/view/graph/look';
import { Motion } from '../src/view/graph/motion';
import { Scene } from '../src/view/graph/scene';
import { stepOf, Walker } from '../src/view/graph/walk';
import { entries } from '../src/view/legend';
import { LIGHT } from '../src/view/palette';
import { fileName } from '../src/view/saving';

const cutter = new Cutter(text => text.length * 6);

function box(first: number, x: number, y: number, more: Partial<Group> = {}): Group {
  const place = { x, y, width: 80, height: 40 };
  return { first, name: `n${first}`, node_kind: 'electron', count: 1, opened: false, family: first, chip: '', argument: '', ...place, ...more };
}

function edge(source: number, target: number, groups: Group[], labels = ['x']): Edge {
  const [a, b] = [groups[source]!, groups[target]!];
  const points: Edge['points'] = [[a.x, a.y + 20], [b.x, b.y - 20]];
  return { source, target, labels, count: 1, waiting: false, points: source === target ? [] : points };
}

function graph(groups: Group[], pairs: [number, number][], more: Partial<Graph> = {}): Graph {
  const counts = [0, 0, 0, 1, 2, 0, 0, 0, 0];
  const state = { status: 3, counts, started: 0, ended: null, now: 0, rate: null, left: null, text: '' };
  return {
    kind: 'graph', view: 'v', seq: 1, dispatch: 'd', title: 't', crumbs: [], by: 'status', orientation: 'down', opened: [],
    width: 300, height: 300, nodes: groups.length, groups, edges: pairs.map(([a, b]) => edge(a, b, groups)),
    tallies: groups.map((_, group) => ({ group, status: 4, counts: [], executors: [], seconds: null, progress: null, words: '' })),
    executors: ['cpu', 'gpu'], times: null, names: [], state, can: [], flow: 0, ...more,
  };
}

// 0 at the top, 1 and 2 below it, 3 at the bottom
const groups = [box(0, 150, 20), box(1, 50, 120), box(2, 250, 120), box(3, 150, 220)];
const diamond = graph(groups, [[0, 1], [0, 2], [1, 3], [2, 3]]);
const scene = new Scene(diamond, cutter);

describe('the camera', () => {
  const room = { width: 400, height: 200 };

  test('fits a large graph and never magnifies a small one', () => {
    expect(fitted({ width: 3640, height: 100 }, room).k).toBeCloseTo(0.1);
    expect(fitted({ width: 10, height: 10 }, room)).toEqual({ k: 1, x: 195, y: 95 });
    expect(whole(fitted({ width: 5000, height: 900 }, room), { width: 5000, height: 900 }, room)).toBe(true);
  });

  test('zooms around a point, within bounds', () => {
    const before = { x: 10, y: 20, k: 1 };
    expect(worldAt(zoomed(before, 1.7, 100, 50), 100, 50)).toEqual(worldAt(before, 100, 50));
    expect(zoomed(before, 1e9, 0, 0).k).toBe(3);
    expect(zoomed(before, 1e-9, 0, 0).k).toBeGreaterThan(0);
  });

  test('does not lose the graph', () => {
    const part = seen(held({ x: 1e6, y: -1e6, k: 1 }, { width: 300, height: 300 }, room), room);
    expect(part.left).toBeLessThan(0);
    expect(part.right).toBeGreaterThan(0);
    expect(part.top).toBeLessThan(300);
  });

  test('shows no more empty room than it must', () => {
    expect(filled({ x: 200, y: 90, k: 1 }, { width: 1000, height: 100 }, room)).toEqual({ x: 18, y: 50, k: 1 });
    expect(filled({ x: -900, y: 0, k: 1 }, { width: 1000, height: 1000 }, room)).toEqual({ x: -618, y: 0, k: 1 });
  });

  test('moves as little as shows a box', () => {
    const camera = { x: 0, y: 0, k: 1 };
    expect(revealing(camera, { left: 100, top: 50, right: 180, bottom: 90 }, room)).toEqual(camera);
    expect(revealing(camera, { left: 500, top: 50, right: 580, bottom: 90 }, room).x).toBe(400 - 18 - 580);
    expect(between(camera, { x: 10, y: 20, k: 2 }, 0.5)).toEqual({ x: 5, y: 10, k: 1.5 });
  });
});

describe('pointing and walking', () => {
  test('a point is in the box around it, or in none', () => {
    expect(scene.hit(150, 20)).toBe(0);
    expect(scene.hit(250, 139)).toBe(2);
    expect(scene.hit(150, 120)).toBe(-1);
    expect(scene.boxOf(3)).toBe(3);
    expect(scene.boxOf(9)).toBe(-1);
  });

  test('keys walk along the edges, among neighbours, and back the way one came', () => {
    const walker = new Walker(scene);
    expect(walker.step(-1, 'forward')).toBe(0);
    expect(walker.step(1, 'right')).toBe(2);
    expect(walker.step(2, 'right')).toBe(-1);
    expect(walker.step(2, 'left')).toBe(1);
    expect(walker.step(2, 'forward')).toBe(3);
    expect(walker.step(3, 'back')).toBe(2);
    expect(walker.step(2, 'back')).toBe(0);
    expect(walker.step(0, 'back')).toBe(-1);
    expect(walker.step(0, 'last')).toBe(3);
    expect(new Walker(new Scene(graph([], []), cutter)).step(-1, 'forward')).toBe(-1);
  });

  test('arrow keys turn with the layout', () => {
    expect(stepOf('ArrowDown', 'down')).toBe('forward');
    expect(stepOf('ArrowRight', 'right')).toBe('forward');
    expect(stepOf('ArrowDown', 'right')).toBe('right');
    expect(stepOf('a', 'down')).toBeNull();
  });
});

describe('lines', () => {
  const pen = (): Pen & { calls: string[] } => {
    const calls: string[] = [];
    const log = (name: string) => (...values: number[]): void => void calls.push(`${name} ${values.join(' ')}`);
    return { calls, moveTo: log('M'), lineTo: log('L'), bezierCurveTo: log('C'), closePath: () => void calls.push('Z') };
  };

  test('are straight where only one coordinate changes, else curves, and end where the head begins', () => {
    const line = pen();
    traceLine(line, [[10, 0], [10, 40], [60, 100]], 'down');
    expect(line.calls[1]).toBe('L 10 40');
    expect(line.calls[2]).toMatch(/^C 10 67.2 60 67.2 60 94.4/);
    const head = pen();
    traceHead(head, [[0, 10], [50, 10]], 'right');
    expect(head.calls).toEqual(['M 50 10', 'L 43 6.4', 'L 43 13.6', 'Z']);
  });

  test('labels hide no other, and are left out where there is no room', () => {
    const labels = new Labels([], [], 'down', cutter);
    const places = [...Array(9)].map(() => labels.place([[0, 0], [0, 40]], 'about'));
    expect(places[0]).toEqual({ text: 'about', at: [0, 20] });
    expect(places.filter(Boolean).length).toBeLessThan(4);
    expect(labelText(['!waiting_edge', 'a', 'b'])).toBe('a, b');
  });

  test('labels hide no box and lie on no other edge; where the whole has no room, they are shortened', () => {
    const route: [number, number][] = [[0, 0], [0, 60]];
    const wall = { left: 30, top: -100, right: 90, bottom: 200 };
    expect(new Labels([wall], [], 'down', cutter).place(route, 'a_long_label')!.text).toMatch(/^a_l.*…$/);
    expect(new Labels([{ ...wall, left: -30 }], [], 'down', cutter).place(route, 'label')).toBeNull();
    const crossing: [number, number][] = [[-90, 30], [90, 30]];
    const [, y] = new Labels([], [route, crossing], 'down', cutter).place(route, 'x', 0)!.at;
    expect(Math.abs(y - 30)).toBeGreaterThanOrEqual(6);
  });

  test('all labels of a box are told, also those that have no room', () => {
    const crowd = graph([box(0, 50, 20), box(1, 50, 90)], [[0, 1], [0, 1], [0, 1], [0, 1]]);
    const crowded = new Scene(crowd, cutter);
    expect(crowded.lines.filter(({ label }) => label).length).toBeLessThan(4);
    expect(crowded.labelsOf(1).size).toBe(4);
  });

  test('no label of another edge stands below those of a box', () => {
    const wide = { text: 'x'.repeat(40), at: [0, 0] as [number, number] };
    const crowd = new Scene(diamond, cutter);
    expect(crowd.besides(1).map(({ key }) => key)).toEqual(['0>2>1', '2>3>3']);
    const [mine] = [...crowd.labelsOf(1).keys()];
    (crowd.labelsOf(1) as Map<unknown, unknown>).set(mine, { ...wide, at: crowd.lines[1]!.label!.at });
    expect(crowd.besides(1).map(({ key }) => key)).toEqual(['2>3>3']);
  });

  test('against the layout are told apart, and those to the same box have no route', () => {
    const back = new Scene(graph(groups, [[3, 0], [1, 1]]), cutter);
    expect(back.lines.map(line => [line.back, line.route.length])).toEqual([[true, 2], [false, 0]]);
  });
});

describe('text', () => {
  test('is one line that nothing turns around', () => {
    expect(clean('a\nb\u202ec\u0000')).toBe('a bc\ufffd');
    expect(clean('naïve 😀')).toBe('naïve 😀');
    expect(clean('\ud800')).toBe('\ufffd');
  });

  test('is cut to its room, but its count is not', () => {
    expect(cutter.cut('train', 'f', 30)).toBe('train');
    expect(cutter.cut('a_very_long_name', 'f', 60, ' ×1000')).toBe('a_ver… ×1000');
  });

  test('names files as every system takes them', () => {
    expect(fileName('../a b/c: d', 'svg')).toBe('a-b-c-d.svg');
    expect(fileName('', 'png')).toBe('graph.png');
  });
});

describe('colours', () => {
  const tally = { group: 0, status: 4, counts: [], executors: [['gpu', 1]] as [string, number][], seconds: 1, progress: null, words: '' };
  const one = { group: groups[0]!, key: '0', tally };
  const look = (by: Graph['by'], times: Graph['times'] = null): Look =>
    new Look({ by, executors: ['cpu', 'gpu'], times }, LIGHT, '#fff');

  test('are of the status, the executor or the time', () => {
    expect(look('status').box(one).stroke).toBe(LIGHT.status[4]![0]);
    expect(look('executor').box(one).stroke).toBe(LIGHT.executors[1]);
    expect(look('duration', [1, 100]).box(one).fill).toBe(LIGHT.times[0]);
    expect(look('duration', [0.01, 1]).box(one).fill).toBe(LIGHT.times[4]);
    expect(look('duration').box(one).fill).toBe(LIGHT.plain);
  });

  test('what is written on the colours of times is plain', () => {
    expect([look('status').small, look('status').number(5)]).toEqual([LIGHT.muted, LIGHT.status[5]![0]]);
    expect([look('duration').small, look('duration').number(5)]).toEqual([LIGHT.text, LIGHT.text]);
  });

  test('times go by their logarithm', () => {
    const steps = [1, 10, 11, 1000, 1e5].map(seconds => look('duration', [1, 1e5]).step(seconds));
    expect(steps).toEqual([0, 0, 1, 2, 4]);
    expect(look('duration', [2, 2]).step(2)).toBe(0);
  });

  test('the legend explains what is in use', () => {
    const kinds = entries({ by: 'duration', executors: [...'abcdefghij'], times: [1, 2] }, diamond.state);
    expect(kinds.slice(0, 2)).toEqual([{ kind: 'status', status: 4, count: 2 }, { kind: 'status', status: 3, count: 1 }]);
    expect(kinds.slice(-2)).toEqual([{ kind: 'more', count: 2 }, { kind: 'times', low: 1, high: 2 }]);
  });
});

describe('from one layout to the next', () => {
  const folded = new Scene(graph([box(0, 50, 20), box(1, 50, 120, { name: 'train', count: 2 })], [[0, 1]]), cutter);
  const opened = new Scene(
    graph([box(0, 100, 20), box(1, 50, 120, { name: 'train' }), box(2, 150, 120, { name: 'train' })], [[0, 1], [0, 2]]),
    cutter
  );
  const motion = new Motion(folded, opened);

  test('the members of a group come out of it', () => {
    const start = motion.spots(0).filter(({ box: { key } }) => key !== '1*');
    expect(start.map(({ x, y, alpha }) => [x, y, alpha])).toEqual([[50, 20, 1], [50, 120, 0], [50, 120, 0]]);
  });

  test('all stand in their places at the end, and what is gone is gone', () => {
    expect(motion.spots(1).map(({ x, alpha }) => [x, alpha])).toEqual([[100, 1], [50, 1], [150, 1]]);
  });
});
