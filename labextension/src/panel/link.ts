import type { ISessionContext } from '@jupyterlab/apputils';
import type { Kernel, KernelMessage } from '@jupyterlab/services';
import type { Channel } from '../channel';
import type { Panel, PanelMessage, PanelRequest, Told, ViewMessage } from '../protocol';
import { Wire } from './wire';

const TARGET = 'jupyter_flow.panel'; // opened by a page
const HELLO = 'jupyter_flow.hello'; // opened by a kernel that has just loaded us

export type LinkState = 'no kernel' | 'not loaded' | 'live';

const LASTS = 10_000; // ms that what came of an action is shown

type Heard = () => void;
let links = 0;

/** What one notebook's kernel has to tell. It outlives the kernel: restarted or exchanged, it is found again. */
export class Link {
  state: LinkState = 'no kernel';
  panel: Panel | null = null;
  /** What came of the last action. */
  told: Told | null = null;
  /** Seconds by which the kernel's clock is behind the page's. */
  late = 0;
  private kernel: Kernel.IKernelConnection | null = null;
  private wire: Wire | null = null;
  private again = false;
  private connections = 0;
  private readonly heard = new Set<Heard>();
  private readonly views = new Set<(message: ViewMessage) => void>();

  /** Which of the page's links it is. */
  readonly number = ++links;
  private visible = false;
  private readonly mourners = new Set<Heard>();
  private readonly settled = new Set<(told: Told | null) => void>();

  constructor(readonly context: ISessionContext) {
    context.kernelChanged.connect(this.exchange, this);
    context.statusChanged.connect(this.follow, this);
    context.disposed.connect(this.dispose, this);
    this.exchange();
  }

  /** Call whenever something has changed; the answer ends that. */
  onChange(heard: Heard): () => void {
    this.heard.add(heard);
    return () => void this.heard.delete(heard);
  }

  /** Call whenever a kernel of this notebook is gone, whether or not it had us loaded. */
  onEnd(heard: Heard): void {
    this.mourners.add(heard);
  }

  /** Ask the kernel for something; nothing happens while there is none. */
  send(request: PanelRequest): void {
    if (this.state === 'live') this.wire?.send(request);
  }

  /** Whether the list of dispatches shows what this kernel knows: only then it counts what other kernels run. */
  watch(visible: boolean): void {
    if (visible === this.visible) return;
    this.visible = visible;
    this.send({ kind: 'watch_panel', visible });
  }

  /** Do the next step of bringing cells up to date (null: all); what came of it, with the cells to run now. */
  async runStale(cell: string | null, ran: string[]): Promise<Told | null> {
    if (this.state !== 'live') return null;
    const done = new Promise<Told | null>(resolve => this.settled.add(resolve));
    this.send({ kind: 'run_stale', cell, ran });
    return done;
  }

  /** Forget what came of the last action: it is not so any more. */
  forget(): void {
    this.told = null;
    this.tell();
  }

  /** The notebook's name. */
  get name(): string {
    return this.context.name;
  }

  /** Grows with each connection: views of an earlier one are dead. */
  get connection(): number {
    return this.state === 'live' ? this.connections : 0;
  }

  /** The way of views to the kernel. */
  readonly channel: Channel = {
    send: request => this.send(request),
    listen: hear => {
      this.views.add(hear);
      return () => void this.views.delete(hear);
    }
  };

  dispose(): void {
    this.context.kernelChanged.disconnect(this.exchange, this);
    this.context.statusChanged.disconnect(this.follow, this);
    this.drop('no kernel');
    this.heard.clear();
    this.mourners.clear();
    this.views.clear();
  }

  private exchange(): void {
    const kernel = this.context.session?.kernel ?? null;
    if (kernel === this.kernel) return;
    const before = this.kernel;
    before?.removeCommTarget?.(HELLO, this.hello);
    this.kernel = kernel;
    this.drop(kernel ? 'not loaded' : 'no kernel');
    if (before && before.id !== kernel?.id) this.end();
    if (!kernel) return;
    kernel.registerCommTarget(HELLO, this.hello);
    void this.connect(kernel); // a page that was reloaded: the kernel may know us already
  }

  private follow(): void {
    const status = this.kernel?.status;
    if (status === 'restarting' || status === 'autorestarting') {
      this.again = true;
      this.drop('not loaded');
      this.end();
    } else if (status === 'dead' || status === 'terminating') {
      this.drop('no kernel');
      this.end();
    } else if (status === 'idle' && this.again && this.kernel && !this.wire) {
      this.again = false;
      void this.connect(this.kernel); // its own configuration may have loaded us
    }
  }

  /** The comm is not disposed of here: the kernel closes it at once, and Lab complains about what it does not know. */
  private readonly hello = (): void => {
    if (!this.kernel || this.state === 'live') return;
    this.drop(this.state); // an attempt that came too early
    void this.connect(this.kernel);
  };

  private async connect(kernel: Kernel.IKernelConnection): Promise<void> {
    const wire = new Wire(kernel, TARGET);
    this.wire = wire;
    wire.onMessage = data => {
      if (this.wire === wire) this.hear(data as unknown as PanelMessage);
    };
    wire.onClose = () => {
      if (this.wire === wire) this.drop('not loaded');
    };
    const begun = await wire.begin().catch(() => false); // a kernel that ends does not answer
    if (!begun && this.wire === wire) this.drop(this.state);
  }

  private hear(told: PanelMessage): void {
    if (told.kind === 'panel') {
      const fresh = this.state !== 'live';
      if (fresh) this.connections++;
      this.state = 'live';
      if (fresh && this.visible) this.send({ kind: 'watch_panel', visible: true });
      this.panel = told;
      const [newest] = told.dispatches;
      if (newest) this.late = Date.now() / 1000 - newest.state.now;
      this.tell();
    } else if (told.kind === 'told') {
      if (told.text) this.report(told);
      else this.forget();
      if (told.code) void this.execute(told.code, told).then(done => this.settle(done), () => this.settle());
      else this.settle(told);
    } else {
      this.views.forEach(hear => hear(told));
    }
  }

  /** Run a line in the kernel, after what runs there; what it says is told. */
  private async execute(code: string, asked: Told): Promise<Told | null> {
    const future = this.kernel?.requestExecute({ code, store_history: false, allow_stdin: true, stop_on_error: false });
    if (!future) return null;
    let said = '';
    let ok = true;
    future.onIOPub = ({ header, content }) => {
      if (header.msg_type === 'stream') said = (content as KernelMessage.IStreamMsg['content']).text;
      if (header.msg_type !== 'error') return;
      const error = content as KernelMessage.IErrorMsg['content'];
      ok = false;
      said = `${error.ename}: ${error.evalue}`;
    };
    await future.done.catch(() => undefined);
    if (said) this.report({ kind: 'told', ok, text: said.trim(), code: '', cells: [] });
    else if (!asked.cells.length) this.forget(); // cells run in the background: the status tells which
    return { ...asked, ok, text: ok ? asked.text : said };
  }

  private settle(told: Told | null = null): void {
    this.settled.forEach(resolve => resolve(told));
    this.settled.clear();
  }

  private report(told: Told): void {
    this.told = told;
    this.tell();
    window.setTimeout(() => {
      if (this.told !== told) return;
      this.told = null;
      this.tell();
    }, LASTS);
  }

  private drop(state: LinkState): void {
    const wire = this.wire;
    this.wire = null;
    wire?.end(this.kernel?.status !== 'idle' && this.kernel?.status !== 'busy');
    this.state = state;
    this.panel = null;
    this.told = null;
    this.settle();
    this.tell();
  }

  private end(): void {
    this.mourners.forEach(heard => heard());
  }

  private tell(): void {
    [...this.heard].forEach(heard => heard());
  }
}
