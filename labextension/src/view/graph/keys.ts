import type { Orientation } from '../../protocol';
import { stepOf, type Step } from './walk';

/** What keys do to the graph. */
export interface Keyed {
  walk(step: Step): void;
  pan(dx: number, dy: number): void;
  zoom(factor: number): void;
  fit(): void;
  enter(): void;
  details(): void;
  back(): void;
}

export const HELP =
  'Arrow keys walk along the edges and among neighbours. Enter opens a group, a sublattice or the details of a node, ' +
  'Space its details, Escape goes back. Plus and minus zoom, 0 fits the graph.';
const FACTOR = 1.3; // of one zooming key
const SHIFT = 60; // px of one panning key
const WAYS: Record<string, [number, number]> = {
  ArrowLeft: [SHIFT, 0],
  ArrowRight: [-SHIFT, 0],
  ArrowUp: [0, SHIFT],
  ArrowDown: [0, -SHIFT],
};

/** Takes a key; those that mean something go no further. */
export function press(event: KeyboardEvent, orientation: Orientation, keyed: Keyed): void {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const act = meaning(event, orientation, keyed);
  if (!act) return;
  act();
  event.preventDefault();
  event.stopPropagation(); // else the notebook moves to another cell
}

function meaning({ key, shiftKey }: KeyboardEvent, orientation: Orientation, keyed: Keyed): (() => void) | undefined {
  const way = WAYS[key];
  if (shiftKey && way) return () => keyed.pan(...way);
  const step = stepOf(key, orientation);
  if (step) return () => keyed.walk(step);
  const others: Record<string, () => void> = {
    '+': () => keyed.zoom(FACTOR),
    '=': () => keyed.zoom(FACTOR),
    '-': () => keyed.zoom(1 / FACTOR),
    '0': () => keyed.fit(),
    Enter: () => keyed.enter(),
    ' ': () => keyed.details(),
    Escape: () => keyed.back(),
  };
  return others[key];
}
