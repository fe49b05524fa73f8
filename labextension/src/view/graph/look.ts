import type { Graph } from '../../protocol';
import type { Theme } from '../palette';
import { mixed } from '../theme';
import type { Box } from './scene';

/** The colours of a box. */
export interface Paint {
  readonly fill: string;
  readonly stroke: string;
  readonly dashed: boolean;
}

const SKIPPED = 7;

/** How a picture is coloured: by status, executor or duration, in one of the two themes. */
export class Look {
  private readonly place: ReadonlyMap<string, number>;

  constructor(
    readonly graph: Pick<Graph, 'by' | 'executors' | 'times'>,
    readonly theme: Theme,
    readonly ground: string // what the graph stands on
  ) {
    this.place = new Map(graph.executors.map((label, i) => [label, i]));
  }

  box({ tally }: Box): Paint {
    const { theme } = this;
    const dashed = tally.status === SKIPPED;
    if (this.graph.by === 'status') {
      const [stroke, fill] = theme.status[tally.status] ?? [theme.edge, theme.plain];
      return { fill, stroke, dashed };
    }
    const [first] = tally.executors;
    if (this.graph.by === 'executor' && first) {
      const stroke = this.executor(first[0]);
      return { fill: mixed(stroke, theme.card, theme.tint), stroke, dashed };
    }
    const step = this.graph.by === 'duration' ? this.step(tally.seconds) : null;
    return { fill: step === null ? theme.plain : theme.times[step]!, stroke: theme.edge, dashed };
  }

  /** A status's own colour, for marks, bars and counts. */
  status(status: number): string {
    return this.theme.status[status]?.[0] ?? this.theme.edge;
  }

  /** What is written small on a box; on the long times' colours only the plainest can be read. */
  get small(): string {
    return this.graph.by === 'duration' ? this.theme.text : this.theme.muted;
  }

  /** A number beside a status's mark on a box. */
  number(status: number): string {
    return this.graph.by === 'duration' ? this.theme.text : this.status(status);
  }

  executor(label: string): string {
    const { executors, muted } = this.theme;
    return executors[(this.place.get(label) ?? 0) % executors.length] ?? muted;
  }

  /** The place of a time on the scale, by its logarithm; null where it is not known. */
  step(seconds: number | null): number | null {
    const { times } = this.graph;
    if (seconds === null || times === null) return null;
    const [low, high] = times;
    const steps = this.theme.times.length;
    if (!(high > low && low > 0)) return 0;
    const place = (steps * Math.log(Math.max(seconds, low) / low)) / Math.log(high / low);
    // Sharp at the borders: a step begins above them, as in the kernel's pictures.
    return Math.min(steps - 1, Math.max(0, Math.ceil(place - 1e-9) - 1));
  }
}
