import type { INotebookTracker, NotebookPanel } from '@jupyterlab/notebook';
import { Link } from './link';

/** The links of all open notebooks, and which of them is the current one. */
export class Links {
  private readonly links = new Map<NotebookPanel, Link>();
  private readonly heard = new Set<() => void>();
  private readonly found = new Set<(book: NotebookPanel, link: Link) => void>();

  constructor(private readonly tracker: INotebookTracker) {
    tracker.forEach(panel => this.add(panel));
    tracker.widgetAdded.connect((_, panel) => this.add(panel));
    tracker.currentChanged.connect(() => this.tell());
  }

  /** The notebook that is looked at, or was last. */
  get book(): NotebookPanel | null {
    return this.tracker.currentWidget;
  }

  get current(): Link | null {
    return (this.book && this.links.get(this.book)) ?? null;
  }

  get all(): [NotebookPanel, Link][] {
    return [...this.links];
  }

  of(panel: NotebookPanel): Link {
    return this.links.get(panel) ?? this.add(panel);
  }

  /** Call whenever any of them has changed, or another notebook is looked at. */
  onChange(heard: () => void): () => void {
    this.heard.add(heard);
    return () => void this.heard.delete(heard);
  }

  /** Call for every notebook that is open, or will be. */
  onBook(found: (book: NotebookPanel, link: Link) => void): void {
    this.found.add(found);
    this.links.forEach((link, book) => found(book, link));
  }

  private add(panel: NotebookPanel): Link {
    const known = this.links.get(panel);
    if (known) return known;
    const link = new Link(panel.sessionContext);
    this.links.set(panel, link);
    link.onChange(() => this.tell());
    panel.disposed.connect(() => {
      this.links.delete(panel);
      link.dispose();
      this.tell();
    });
    this.found.forEach(found => found(panel, link));
    return link;
  }

  private tell(): void {
    [...this.heard].forEach(heard => heard());
  }
}
