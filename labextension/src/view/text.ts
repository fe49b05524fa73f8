/** Numbers as people say them; the same words as the kernel's own. */

/** By the status numbers of the protocol. */
const STATUS = [
  'waiting',
  'ready',
  'queued',
  'running',
  'completed',
  'failed',
  'cancelled',
  'skipped',
  'interrupted',
  'running',
  'stale' // of cells only
] as const;

const INTERRUPTED = 8;

/** A node's status as a word; in a dispatch that was interrupted nothing waits any more. */
export function statusWord(status: number, dispatch?: number): string {
  if (dispatch === INTERRUPTED && status < 3) return 'never begun';
  return STATUS[status] ?? 'unknown';
}

/** Whether a node with this status is at work now. */
export function isRunning(status: number): boolean {
  return status === 3 || status === 9;
}

/** Whether nothing more will happen to a node with this status. */
export function isFinal(status: number): boolean {
  return status > 3 && status !== 9;
}

/** A duration in seconds: `12 ms`, `3.4 s`, `2 m 05 s`, `1 h 20 m`, `2 d 03 h`. */
export function duration(seconds: number): string {
  if (!(seconds > 0)) return '0 ms';
  if (seconds < 0.00095) return '< 1 ms';
  if (seconds < 0.9995) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 3600) return `${Math.floor(whole / 60)} m ${two(whole % 60)} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 2880) return `${Math.floor(minutes / 60)} h ${two(minutes % 60)} m`;
  return `${Math.floor(minutes / 1440)} d ${two(Math.floor((minutes % 1440) / 60))} h`;
}

/** A size in bytes: `240 MB`, `1.5 kB`, `12 bytes`. */
export function size(bytes: number): string {
  const steps: [number, string][] = [
    [1e12, 'TB'],
    [1e9, 'GB'],
    [1e6, 'MB'],
    [1e3, 'kB']
  ];
  for (const [unit, name] of steps) if (bytes >= unit) return `${Number((bytes / unit).toPrecision(3))} ${name}`;
  return many(bytes, 'byte');
}

/** A time, in seconds since the epoch, on the page's clock: `14:03:05`, with the day if that is not today. */
export function clock(time: number, now: Date = new Date()): string {
  const date = new Date(time * 1000);
  const hours = `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
  if (date.toDateString() === now.toDateString()) return hours;
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${hours}`;
}

/** How many of something: `1 node`, `12,000 nodes`. */
export function many(count: number, noun: string, plural = `${noun}s`): string {
  return `${grouped(count)} ${count === 1 ? noun : plural}`;
}

/** A whole number, with commas at the thousands. */
export function grouped(count: number): string {
  return String(Math.round(count)).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** A share from 0 to 1 in percent. */
export function percent(share: number): string {
  return `${Math.round(Math.min(1, Math.max(0, share)) * 100)} %`;
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}
