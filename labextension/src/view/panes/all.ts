import { DetailsPane } from './details';
import { ExecutorsPane } from './executors';
import { TablePane } from './table';
import { TimelinePane } from './timeline';

/** All panes. The widget has them in a module of its own, which is fetched when it is wanted. */
export const PANES = { details: DetailsPane, table: TablePane, timeline: TimelinePane, executors: ExecutorsPane };

export type Panes = typeof PANES;
