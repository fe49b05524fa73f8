const PATIENCE = 4000; // ms until the kernel is asked again

/** Waits for a picture that was asked for: a busy server may have dropped the question. */
export class Awaiting {
  private timer: ReturnType<typeof setTimeout> | undefined;

  /** `ask` asks again; `vain`: there was no answer however often. */
  constructor(private readonly ask: () => void, private readonly vain: () => void) {}

  begin(times = 2): void {
    this.end();
    if (times === 0) return this.vain();
    this.timer = setTimeout(() => {
      this.ask();
      this.begin(times - 1);
    }, PATIENCE);
  }

  /** It has come, or is not wanted any more. */
  end(): void {
    clearTimeout(this.timer);
  }
}
