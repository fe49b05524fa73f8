/** What the pointer does to the graph, in CSS pixels from the canvas's corner. */
export interface Touched {
  pan(dx: number, dy: number): void;
  zoom(factor: number, x: number, y: number): void;
  click(x: number, y: number): void;
  twice(x: number, y: number): void;
  hover(x: number, y: number): void;
  leave(): void;
}

const SLACK = 4; // px that a click may move

/**
 * Makes a canvas listen to mouse, pen and fingers. Returns what ends that.
 *
 * A finger pans what does not fit and else scrolls the page (`touch-action`, which the graph sets); two always zoom:
 * the browser would take them for its own, unless it is told at their beginning.
 */
export function listenToPointer(canvas: HTMLCanvasElement, touched: Touched): () => void {
  const ending = new AbortController();
  const on = <K extends keyof HTMLElementEventMap>(type: K, heard: (event: HTMLElementEventMap[K]) => void): void =>
    canvas.addEventListener(type, heard, { signal: ending.signal, passive: false });
  const down = new Map<number, { x: number; y: number }>();
  let moved = 0;

  const place = (event: MouseEvent): [number, number] => {
    const { left, top } = canvas.getBoundingClientRect();
    return [event.clientX - left, event.clientY - top];
  };

  on('pointerdown', event => {
    if (event.button !== 0) return;
    const [x, y] = place(event);
    down.set(event.pointerId, { x, y });
    moved = down.size > 1 ? SLACK : 0;
  });
  on('pointermove', event => {
    const [x, y] = place(event);
    const from = down.get(event.pointerId);
    if (!from) {
      touched.hover(x, y);
      return;
    }
    moved += Math.hypot(x - from.x, y - from.y);
    if (moved < SLACK) return;
    canvas.setPointerCapture(event.pointerId);
    canvas.classList.add('jf-dragged');
    const other = [...down].find(([id]) => id !== event.pointerId)?.[1];
    if (other) pinch(touched, from, other, { x, y });
    else touched.pan(x - from.x, y - from.y);
    down.set(event.pointerId, { x, y });
  });
  const up = (event: PointerEvent): void => {
    const held = down.delete(event.pointerId);
    canvas.classList.remove('jf-dragged');
    if (!held || event.type !== 'pointerup' || moved >= SLACK) return;
    touched.click(...place(event));
  };
  on('pointerup', up);
  on('pointercancel', up);
  on('pointerleave', () => touched.leave());
  for (const type of ['touchstart', 'touchmove'] as const) {
    on(type, event => {
      if (event.touches.length > 1 && event.cancelable) event.preventDefault();
    });
  }
  on('dblclick', event => touched.twice(...place(event)));
  on('wheel', event => {
    // A wheel that passes over the graph scrolls the page; a pinch comes as a wheel with Ctrl.
    if (!event.ctrlKey && !event.metaKey && document.activeElement !== canvas) return;
    event.preventDefault();
    const unit = event.deltaMode === 1 ? 16 : event.deltaMode === 2 ? 400 : 1;
    const turn = Math.min(240, Math.max(-240, event.deltaY * unit));
    touched.zoom(Math.exp(-turn * (event.ctrlKey ? 0.008 : 0.002)), ...place(event));
  });
  return () => ending.abort();
}

interface Finger {
  x: number;
  y: number;
}

/** One of two fingers moved. */
function pinch(touched: Touched, from: Finger, other: Finger, to: Finger): void {
  const before = Math.hypot(from.x - other.x, from.y - other.y);
  const after = Math.hypot(to.x - other.x, to.y - other.y);
  touched.pan((to.x - from.x) / 2, (to.y - from.y) / 2);
  if (before > 0) touched.zoom(after / before, (to.x + other.x) / 2, (to.y + other.y) / 2);
}
