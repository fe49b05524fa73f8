import { KernelMessage, type Kernel } from '@jupyterlab/services';

type Data = KernelMessage.ICommMsgMsg['content']['data'];

const FEATURE = 'kernel subshells';

/**
 * A comm that works while a cell runs, from the moment a page has loaded.
 *
 * Lab's own comms learn over the shell that the kernel has subshells: a page that is loaded while a cell runs learns
 * it when that has ended. Here the kernel is asked over the control channel, and everything is sent to a subshell.
 */
export class Wire {
  onMessage: (data: Data) => void = () => undefined;
  onClose: () => void = () => undefined;
  private readonly id = [...crypto.getRandomValues(new Uint8Array(16))].map(hex).join('');
  private subshell: string | null = null;
  private open = false;
  private over = false;
  private known: Kernel.IComm | null = null;

  constructor(private readonly kernel: Kernel.IKernelConnection, private readonly target: string) {
    kernel.iopubMessage.connect(this.hear, this);
  }

  /** Open it; false where there is nobody who could understand us. */
  async begin(): Promise<boolean> {
    await connected(this.kernel); // before that, Lab refuses the request
    const info = await this.control<KernelMessage.IInfoReply>('kernel_info_request');
    if (this.over || info.language_info?.name !== 'python') return false;
    if (info.supported_features?.includes(FEATURE)) {
      this.subshell = (await this.control<{ subshell_id: string }>('create_subshell_request')).subshell_id;
    }
    if (this.over) return false;
    this.open = true;
    // Lab complains of a comm that it does not know when the kernel closes it, as one without us does at once.
    this.known = this.kernel.handleComms ? this.kernel.createComm(this.target, this.id) : null;
    this.shell('comm_open', { comm_id: this.id, target_name: this.target, data: {} });
    return true;
  }

  send(data: object): void {
    if (this.open) this.shell('comm_msg', { comm_id: this.id, data: data as Data });
  }

  /** Close it; `dead`: there is no kernel any more to tell; `closed`: that did it, and Lab is about to hear it. */
  end(dead: boolean, closed = false): void {
    if (this.over) return;
    this.over = true;
    this.kernel.iopubMessage.disconnect(this.hear, this);
    if (!closed) this.known?.dispose();
    if (!this.open || dead || this.kernel.isDisposed) return;
    this.open = false;
    this.shell('comm_close', { comm_id: this.id, data: {} });
  }

  private hear(_: unknown, message: KernelMessage.IIOPubMessage): void {
    const { msg_type } = message.header;
    if (msg_type !== 'comm_msg' && msg_type !== 'comm_close') return;
    const content = message.content as KernelMessage.ICommMsgMsg['content'];
    if (content.comm_id !== this.id) return;
    if (msg_type === 'comm_msg') this.onMessage(content.data);
    else this.closed();
  }

  private closed(): void {
    this.end(true, true);
    this.onClose();
  }

  private shell(msgType: 'comm_open' | 'comm_msg' | 'comm_close', content: object): void {
    const message = KernelMessage.createMessage({ ...this.from(), msgType, channel: 'shell', content } as never);
    this.kernel.sendShellMessage(message as never, false, true);
  }

  private async control<Content>(msgType: string): Promise<Content> {
    const message = KernelMessage.createMessage({ ...this.from(), msgType, channel: 'control', content: {} } as never);
    const reply = await this.kernel.sendControlMessage(message as never, true).done;
    return (reply as unknown as { content: Content }).content;
  }

  private from(): { username: string; session: string; subshellId: string | null } {
    return { username: this.kernel.username, session: this.kernel.clientId, subshellId: this.subshell };
  }
}

/** Resolves once messages are sent at once, rather than queued until a shell answers that may be busy. */
function connected(kernel: Kernel.IKernelConnection): Promise<void> {
  return new Promise(resolve => {
    const look = (): void => {
      if (kernel.connectionStatus !== 'connected') return;
      kernel.connectionStatusChanged.disconnect(look);
      resolve();
    };
    kernel.connectionStatusChanged.connect(look);
    look();
  });
}

function hex(byte: number): string {
  return byte.toString(16).padStart(2, '0');
}
