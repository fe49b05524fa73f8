import type { Graph, State, Tally } from '../protocol';
import { isRunning } from './text';

const INTERRUPTED = 8;
const RAN = /(( · |, )([\d,]+ )?)running(?= ·|,|$)/g; // in the words of a box
const WAITED = /(( · |, )([\d,]+ )?)waiting(?= ·|,|$)/g;

/** What a kernel that is gone has left, as it was known last: what ran is interrupted, the rest will not begin. */
export function abandoned(graph: Graph, live: boolean): { state: State; tallies: Tally[] } {
  const { state, tallies } = graph;
  return {
    state: { ...state, status: INTERRUPTED, counts: moved(state.counts), left: null, rate: null, text: told(graph, live) },
    tallies: tallies.map(tally => ({
      ...tally,
      status: isRunning(tally.status) ? INTERRUPTED : tally.status,
      counts: moved(tally.counts),
      progress: null,
      words: tally.words.replace(RAN, '$1interrupted').replace(WAITED, '$1never begun')
    }))
  };
}

function moved(counts: readonly number[]): number[] {
  const running = counts.reduce((sum, count, status) => sum + (isRunning(status) ? count : 0), 0);
  return counts.map((count, status) => (isRunning(status) ? 0 : status === INTERRUPTED ? count + running : count));
}

/** `live`: it was known until the end; else the picture is a saved one, of some time before. */
function told({ dispatch, can }: Graph, live: boolean): string {
  if (!dispatch) return 'interrupted: the kernel that ran these cells is gone';
  const id = dispatch.split('-')[0];
  const rest = can.includes('resume') ? `%dispatch --resume ${id} runs the rest` : '';
  if (live) return ['interrupted: the kernel that ran it is gone', rest].filter(Boolean).join('; ');
  const became = `it ran when this was saved, and its kernel is gone: %graph ${id} shows what became of it`;
  return rest ? `${became}, and if it was interrupted, ${rest}` : became;
}
