import type { Busy, Use, ViewMessage } from '../../protocol';
import { fill, h, svg, type Child } from '../dom';
import { grouped, many, percent, size } from '../text';
import type { Ask, OpenNode, Pane } from './pane';
import { themed } from '../theme';
import { facts, paneElement } from './section';

const SECONDS = 60; // as much of a resource's history as is drawn
const WIDE = 120;
const HIGH = 28;

/** All executors by resource. */
export class ExecutorsPane implements Pane {
  readonly element: HTMLElement;
  private readonly resources = new Resources();

  constructor(_ask?: Ask, _open?: OpenNode) {
    this.element = paneElement('executors', 'Executors', this.resources.element);
  }

  hear(message: ViewMessage): void {
    if (message.kind === 'executors') this.resources.show(message.resources, message.remarks);
  }

  lost(): void {
    this.resources.lost();
  }

  dispose(): void {
    this.element.remove();
  }
}

/** Resources with their load, and what is to be said about them; for the pane and for the side panel. */
export class Resources {
  readonly element = themed(h('div.jf-resources'));
  private known = '';
  private cards = new Map<number, { stamp: string; element: HTMLElement }>();

  show(resources: readonly Busy[], remarks: readonly string[]): void {
    const stamp = JSON.stringify([resources, remarks]);
    if (stamp === this.known) return;
    this.known = stamp;
    this.cards = new Map(resources.map(busy => [busy.key, this.card(busy)]));
    fill(
      this.element,
      remarks.map(text => h('p.jf-remark', h('span', { 'aria-hidden': 'true' }, '⚑ '), text)),
      [...this.cards.values()].map(({ element }) => element),
      !resources.length && h('p.jf-empty', 'No executor is at work yet. Resources show here when a dispatch begins.')
    );
  }

  /** Nobody tells of them any more. */
  lost(): void {
    this.known = '';
    this.cards.clear();
    fill(this.element, h('p.jf-empty', 'The kernel that had these executors is gone.'));
  }

  /** That of before, if it says the same: what is marked in it stays marked. */
  private card(busy: Busy): { stamp: string; element: HTMLElement } {
    const stamp = JSON.stringify(busy);
    const before = this.cards.get(busy.key);
    return before?.stamp === stamp ? before : { stamp, element: card(busy) };
  }
}

function card(busy: Busy): HTMLElement {
  const { key, id, resource_kind, workers, running, queued, done, memory, dashboard, history, uses } = busy;
  return h('article.jf-resource', { 'aria-label': `Resource ${id}` },
    h('header.jf-line',
      h('span.jf-title', { role: 'heading', 'aria-level': 3 }, id),
      resource_kind !== id && h('span.jf-chip', resource_kind),
      page(dashboard, key)
    ),
    h('div.jf-line.jf-work', load(running, workers), sparkline(history)),
    facts(
      ['Workers', grouped(workers)],
      ['Running', grouped(running)],
      ['Queued', grouped(queued)],
      ['Done', done ? grouped(done) : '–'],
      ['Memory', memory ? size(memory) : '–']
    ),
    uses.length ? h('ul.jf-uses', uses.map(used)) : null
  );
}

/** A link to the cluster's own page: an address of the web, or nothing. It opens beside this one, and knows nothing of it. */
function page(address: string, key: number): Child {
  if (!/^https?:\/\/[^/]/i.test(address)) return null;
  const asked = { href: address, target: '_blank', rel: 'noopener noreferrer', title: address, 'data-key': `page ${key}` };
  return h('a.jf-page', asked, 'Dashboard');
}

function load(running: number, workers: number): Child {
  const share = workers ? Math.min(1, running / workers) : 0;
  const bar = h('i');
  bar.style.width = `${share * 100}%`;
  return h('span.jf-load', { role: 'img', 'aria-label': `${running} of ${many(workers, 'worker')} busy` }, bar);
}

/** The share of busy workers in the last minute, as an area. */
function sparkline(history: readonly number[]): Child {
  const shares = history.slice(-SECONDS);
  const last = shares[shares.length - 1];
  if (last === undefined) return null;
  const mean = shares.reduce((sum, one) => sum + one, 0) / shares.length;
  const points = shares.map((share, i) => `${x(i, shares.length)} ${y(share)}`);
  const line = `M${points.join('L')}${shares.length < 2 ? 'h1' : ''}`;
  return svg('svg.jf-spark', { viewBox: `0 0 ${WIDE} ${HIGH}`,
      preserveAspectRatio: 'none',
      role: 'img',
      'aria-label': `Busy over the last ${many(shares.length, 'second')}: now ${percent(last)}, ${percent(mean)} on average`
    },
    svg('path.jf-area', { d: `M${x(0, shares.length)} ${HIGH}L${points.join('L')}L${WIDE} ${HIGH}Z` }),
    svg('path.jf-curve', { d: line })
  );
}

function x(i: number, count: number): string {
  return (WIDE - ((count - 1 - i) * WIDE) / (SECONDS - 1)).toFixed(1);
}

function y(share: number): string {
  return (HIGH - 1.5 - Math.min(1, Math.max(0, share)) * (HIGH - 3)).toFixed(1);
}

function used({ label, settings, electrons, called, same }: Use): HTMLElement {
  return h(
    'li',
    {},
    h('div.jf-line', h('span.jf-chip', label), settings && settings !== label && h('code', settings)),
    called && h('p.jf-note', `${called} in this graph`),
    same && h('p.jf-note', `means the same as ${same}`),
    electrons.length ? h('p.jf-names', electrons.map(named)) : h('p.jf-note.jf-idle', 'no electrons')
  );
}

function named([name, count]: [string, number]): HTMLElement {
  return h('span', name, count > 1 && h('b', ` ×${grouped(count)}`));
}
