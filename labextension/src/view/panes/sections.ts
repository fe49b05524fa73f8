import type { Argument, Attempt, Details, Preview, Trouble, Where } from '../../protocol';
import { h, say, type Child } from '../dom';
import { highlighted } from '../highlight';
import { look, printed } from '../shown';
import { clock, duration, many, size as sized } from '../text';
import { copyButton } from './copy';
import { badge } from './mark';
import type { Ask, KernelClock, OpenNode } from './pane';
import { button, facts, Section } from './section';
import { Stream } from './stream';
import { Value } from './value';

const LITTLE = 4096; // bytes of a value that is shown without a click

/** The parts of the details of a node, each drawn again only where it has changed. */
export class Sections {
  readonly element: HTMLElement;
  private readonly trouble = new Section('Error', 'trouble');
  private readonly where = new Section('Where it ran', 'where');
  private readonly times = new Section('Times', 'times');
  private readonly attempts = new Section('Attempts', 'attempts');
  private readonly inputs = new Section('Inputs', 'inputs');
  private readonly output = new Section('Output', 'output');
  private readonly displays = new Section('Displayed', 'displays');
  private readonly stdout = new Stream('Standard output', 'standard output');
  private readonly stderr = new Stream('Standard error', 'standard error');
  private readonly source = new Section('Source', 'code');
  private readonly running = h('span');
  private readonly values = new Map<string, Value>();
  private details: Details | null = null;
  private asked = 0;

  constructor(private readonly ask: Ask, private readonly open: OpenNode, private readonly now: KernelClock) {
    const { trouble, inputs, output, displays, stdout, stderr, where, times, attempts, source } = this;
    const all = [trouble, output, inputs, where, times, displays, stdout, stderr, attempts, source];
    this.element = h('div.jf-sections', all.map(one => one.element));
    trouble.side.append(copyButton('error', () => this.details?.trouble ? whole(this.details.trouble) : ''));
    source.side.append(copyButton('source', () => this.details?.source ?? ''));
  }

  clear(): void {
    this.details = null;
    this.values.clear();
    this.stdout.clear();
    this.stderr.clear();
    for (const section of [this.trouble, this.where, this.times, this.attempts, this.inputs, this.output, this.displays, this.source])
      section.draw(null, () => []);
  }

  show(details: Details): void {
    this.details = details;
    const { trouble, where, start, end, attempts, inputs, has_output, output, size, cached, displays, source } = details;
    this.trouble.draw(trouble, () => (trouble ? troubleShown(trouble) : []));
    this.where.draw([where, cached, details.assigned], () => whereShown(where, cached, details.assigned));
    this.times.draw([start, end], () => this.timesShown(start, end));
    this.attempts.draw(attempts, () => (attempts.length > 1 ? [attemptsShown(attempts)] : []));
    this.inputs.draw([details.node, inputs], () => inputs.map(one => this.inputShown(one)));
    this.output.draw([details.node, has_output, size, output], () => (has_output ? this.outputShown(size, output) : []));
    this.displays.draw(displays, () => displays.map(look));
    this.stdout.show(details.stdout);
    this.stderr.show(details.stderr);
    this.source.draw(source, () => (source ? [h('pre.jf-pre', { tabindex: 0 }, highlighted(source))] : []));
  }

  /** Time goes on for what runs. */
  tick(): void {
    const { start, end } = this.details ?? { start: null, end: null };
    if (start !== null && end === null) say(this.running, duration(this.now.now() - start));
  }

  preview(preview: Preview): void {
    this.values.get(preview.input)?.hear(preview);
  }

  private value(input: string, name: string): Value {
    const known = this.values.get(input);
    if (known) return known;
    const value = new Value(name, () => {
      this.ask({ kind: 'look', node: this.details?.node ?? 0, input, number: ++this.asked });
      return this.asked;
    });
    this.values.set(input, value);
    return value;
  }

  private inputShown({ name, producer, text, whole, size }: Argument): Child {
    const value = this.value(name, name);
    const from = producer === null ? null : this.link(producer);
    if (!whole && size !== null && size <= LITTLE) value.peek();
    return h('div.jf-input',
      h('div.jf-line', h('code.jf-param', name), h('span.jf-text', text), from, whole ? null : value.toggle),
      value.place
    );
  }

  private link(producer: number): HTMLElement {
    return button(`from #${producer}`, () => this.open(producer), `Open node ${producer}, where it comes from`, 'jf-link');
  }

  private outputShown(size: number | null, text: string): Child[] {
    const whole = text !== '' && !text.endsWith('…');
    if (whole) return [h('div.jf-line', h('span.jf-text.jf-whole', text), copyButton('the output', () => text))];
    const value = this.value('', 'the output');
    if (size !== null && size <= LITTLE) value.peek();
    return [h('div.jf-line', h('span.jf-text', size === null ? 'a value' : sized(size)), value.toggle), value.place];
  }

  private timesShown(start: number | null, end: number | null): Child[] {
    if (start === null) return [];
    say(this.running, duration((end ?? this.now.now()) - start));
    return [facts(['Start', clock(start)], ['End', end === null ? '' : clock(end)], ['Run time', this.running])];
  }
}

function whole({ lines, folded }: Trouble): string {
  return folded ? `${folded}\n${lines}` : lines;
}

function troubleShown({ error_kind, type, message, lines, folded }: Trouble): Child[] {
  const kind = error_kind && error_kind !== 'raised' ? h('span.jf-chip', error_kind.replaceAll('_', ' ')) : null;
  return [
    h('p.jf-message', h('strong', type), type && message ? ': ' : '', message, kind),
    lines ? printed(lines) : null,
    folded ? h('details.jf-folded', h('summary', { 'data-key': 'folded' }, 'The whole traceback'), printed(folded)) : null
  ];
}

function whereShown(where: Where, cached: string, assigned: string): Child[] {
  const pairs: [string, Child][] = [
    ['Executor', where.executor && h('span', h('span.jf-chip', where.executor), ' ', where.settings && h('code', where.settings))],
    ['Resource', where.resource && h('span', where.resource, where.resource_kind && h('span.jf-note', ` · ${where.resource_kind}`))],
    ['Host', where.host],
    ['Process', where.pid ? String(where.pid) : ''],
    ['Worker', where.worker],
    ['Value from', cached],
    ['Next run', assigned && h('span.jf-chip', assigned)]
  ];
  return pairs.some(([, value]) => value) ? [facts(...pairs)] : [];
}

function attemptsShown(attempts: Attempt[]): Child {
  const rows = attempts.map(({ number, status, start, end, worker, why }) =>
    h(
      'li',
      {},
      h('span.jf-line', h('span', `#${number}`), badge(status), h('span.jf-text', start !== null && end !== null ? duration(end - start) : ''), h('span.jf-note', worker)),
      why && h('p.jf-why', why)
    )
  );
  return h('ol.jf-attempts', { 'aria-label': many(attempts.length, 'attempt') }, rows);
}
