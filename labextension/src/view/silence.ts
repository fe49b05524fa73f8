const FIRST = 5000; // ms without a word; the kernel tells of what runs every second
const LONGEST = 60000;

/** Notices when nothing is heard of what runs. A busy server drops messages, the last one too, and no number shows that. */
export class Silence {
  private timer: ReturnType<typeof setTimeout> | undefined;
  private pause = FIRST;

  constructor(private readonly ask: () => void) {}

  /** Something was heard; more is to be expected while it runs. */
  heard(running: boolean): void {
    this.end();
    this.pause = FIRST;
    if (running) this.listen();
  }

  end(): void {
    clearTimeout(this.timer);
  }

  private listen(): void {
    this.timer = setTimeout(() => {
      this.pause = Math.min(2 * this.pause, LONGEST);
      this.ask();
      this.listen();
    }, this.pause);
  }
}
