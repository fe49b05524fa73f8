import type { NotebookPanel } from '@jupyterlab/notebook';
import { CellBadge, type BadgeActs } from './badge';
import { edited } from './cells';
import type { Link } from './link';

const TICK = 500; // ms

/** The badges of one notebook's electron cells. They stand inside the cells, so that they move with them. */
export class Badges {
  private readonly badges = new Map<string, CellBadge>();
  private readonly unlisten: () => void;
  private readonly timer: number;
  private asked = 0;

  constructor(private readonly book: NotebookPanel, private readonly link: Link, private readonly acts: BadgeActs) {
    this.unlisten = link.onChange(() => this.ask());
    this.timer = window.setInterval(() => this.tick(), TICK);
    book.content.modelContentChanged.connect(this.ask, this);
    book.disposed.connect(this.dispose, this);
    this.ask();
  }

  dispose(): void {
    this.unlisten();
    window.clearInterval(this.timer);
    window.cancelAnimationFrame(this.asked);
  }

  /** Time passes for what runs; and Lab builds the cells that scroll into view anew. */
  private tick(): void {
    if (this.badges.size) this.show();
  }

  private ask(): void {
    if (!this.asked) this.asked = window.requestAnimationFrame(() => this.show());
  }

  private show(): void {
    this.asked = 0;
    const panel = this.link.panel;
    const shown = new Map((panel?.badges ?? []).map(badge => [badge.cell, badge]));
    for (const [id, badge] of this.badges) {
      if (shown.has(id)) continue;
      badge.element.remove();
      this.badges.delete(id);
    }
    for (const cell of shown.size ? this.book.content.widgets : []) {
      const said = shown.get(cell.model.id);
      const place = said && cell.node.querySelector('.jp-Cell-inputWrapper');
      if (!said || !place) continue;
      let badge = this.badges.get(said.cell);
      if (!badge) this.badges.set(said.cell, (badge = new CellBadge(this.acts)));
      badge.show(said, this.link.late, edited(cell));
      if (badge.element.parentElement !== place) place.append(badge.element);
    }
  }
}
