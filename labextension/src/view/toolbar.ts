import type { By, Graph, Orientation, Pane } from '../protocol';
import { dress, h, say } from './dom';

/** What the toolbar asks of its view. */
export interface ToolEvents {
  by(by: By): void;
  turn(orientation: Orientation): void;
  fit(): void;
  pane(pane: Pane): void;
  save(what: 'svg' | 'png'): void;
}

const WAYS: [By, string][] = [
  ['status', 'Status'],
  ['executor', 'Executor'],
  ['duration', 'Duration'],
];
export const PANES: [Pane, string][] = [
  ['table', 'Table view'],
  ['timeline', 'Timeline'],
  ['executors', 'Executors'],
];

/** The buttons above the graph. */
export class Toolbar {
  readonly element: HTMLElement;
  private readonly ways: [By, HTMLButtonElement][];
  private readonly panes: [Pane, HTMLButtonElement][];
  private readonly turned: HTMLButtonElement;
  private orientation: Orientation = 'down';

  constructor(events: ToolEvents, search: HTMLElement) {
    this.ways = WAYS.map(([by, label]) => [by, tool(label, () => events.by(by), `Colour by ${label.toLowerCase()}`)]);
    this.panes = PANES.map(([pane, label]) => [pane, tool(label, () => events.pane(pane))]);
    this.turned = tool('', () => events.turn(this.orientation === 'down' ? 'right' : 'down'));
    const segments = h('span', { class: 'jf-segments', role: 'group', 'aria-label': 'Colour by' }, this.buttons(this.ways));
    this.element = h(
      'div',
      { class: 'jf-tools', role: 'group', 'aria-label': 'Graph tools' },
      segments,
      this.turned,
      tool('Fit graph', events.fit),
      search,
      h(
        'span',
        { class: 'jf-ends' }, // they go to another line together
        h('span', { class: 'jf-segments' }, this.buttons(this.panes)),
        h(
          'span',
          { class: 'jf-segments', role: 'group', 'aria-label': 'Save the picture' },
          tool('SVG', () => events.save('svg'), 'Save as SVG'),
          tool('PNG', () => events.save('png'), 'Save as PNG')
        )
      )
    );
  }

  show({ by, orientation }: Pick<Graph, 'by' | 'orientation'>, visible: ReadonlySet<Pane>): void {
    this.orientation = orientation;
    for (const [way, button] of this.ways) dress(button, { 'aria-pressed': String(way === by) });
    for (const [pane, button] of this.panes) dress(button, { 'aria-pressed': String(visible.has(pane)) });
    const down = orientation === 'down';
    say(this.turned, down ? '↓' : '→');
    const label = down ? 'Draw from left to right' : 'Draw from top to bottom';
    dress(this.turned, { 'aria-label': label, title: label });
  }

  private buttons<Key>(pairs: [Key, HTMLButtonElement][]): HTMLButtonElement[] {
    return pairs.map(([, button]) => button);
  }
}

function tool(label: string, onclick: () => void, name?: string): HTMLButtonElement {
  return h('button', { type: 'button', class: 'jf-tool', 'aria-label': name, title: name, onclick }, label);
}
