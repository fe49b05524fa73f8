// Written by `python -m jupyter_flow.widgets.schema` from jupyter_flow/widgets/messages/; do not edit.

export type By = 'status' | 'executor' | 'duration';

export type NodeKind = 'electron' | 'glue' | 'sublattice';

export type Orientation = 'down' | 'right';

export type Pane = 'table' | 'timeline' | 'executors';

export type Point = [number, number];

/** An input of a node. ``producer`` is the node whose output it is; ``text`` is the value if ``whole``, or of it. */
export interface Argument {
  name: string;
  producer: number | null;
  text: string;
  whole: boolean;
  size: number | null;
}

/** One attempt of a node. */
export interface Attempt {
  number: number;
  status: number;
  start: number | null;
  end: number | null;
  worker: string;
  why: string;
}

/** All about one node, its values aside. */
export interface Details {
  kind: 'details';
  view: string;
  node: number;
  name: string;
  node_kind: NodeKind;
  call: string;
  status: number;
  note: string;
  cell: string;
  dispatch: string;
  start: number | null;
  end: number | null;
  now: number;
  progress: number | null;
  attempts: Attempt[];
  where: Where;
  inputs: Argument[];
  has_output: boolean;
  size: number | null;
  output: string;
  cached: string;
  trouble: Trouble | null;
  stdout: Output;
  stderr: Output;
  displays: Shown[];
  source: string;
  assigned: string;
  can: ('cancel' | 'rerun' | 'debug' | 'assign' | 'enter')[];
}

/** What a node wrote to a stream: its end, if ``cut`` bytes before it were left out. ANSI colours included. */
export interface Output {
  text: string;
  cut: number;
}

/** A value, as far as it is shown: capped, made outside the kernel. ``rows`` is a table, its heading first. */
export interface Preview {
  kind: 'preview';
  view: string;
  node: number;
  input: string;
  number: number;
  type: string;
  note: string;
  text: string;
  rows: string[][];
  shown: Shown[];
}

/** Something to look at; the page trusts none of it. ``data`` is text, or base64 for pictures other than SVG. */
export interface Shown {
  mime: string;
  data: string;
}

/** Why a node failed. ``lines`` are the user's own frames and the error, ``folded`` all the rest. */
export interface Trouble {
  error_kind: string;
  type: string;
  message: string;
  lines: string;
  folded: string;
}

/** Where a node ran. */
export interface Where {
  executor: string;
  settings: string;
  resource: string;
  resource_kind: string;
  host: string;
  pid: number;
  worker: string;
}

/** What a cell shows. ``state`` is one word, ``words`` stand for it where they are not empty; ``text`` says more. */
export interface Badge {
  cell: string;
  name: string;
  cell_kind: 'electron' | 'function' | 'cell';
  state: BadgeState;
  since: number | null;
  words: string;
  text: string;
  dispatch: string;
}

export type BadgeState = 'waiting' | 'queued' | 'running' | 'done' | 'failed' | 'cancelled' | 'skipped' | 'cached' | 'stale';

/** A dispatch in the list. ``here``: it runs in this kernel. */
export interface Dispatched {
  dispatch: string;
  name: string;
  state: State;
  total: number;
  here: boolean;
}

/** All the panel shows; sent whole, when it changed. */
export interface Panel {
  kind: 'panel';
  version: string;
  flow: State | null;
  dispatches: Dispatched[];
  more: boolean;
  troubles: string[];
  resources: Busy[];
  remarks: string[];
  badges: Badge[];
  stale: number;
}

/** Cancel a dispatch of the list. */
export interface PanelCancel {
  kind: 'cancel_dispatch';
  dispatch: string;
}

/** Cancel an electron cell that has not ended, whether or not it has begun. */
export interface PanelCancelCell {
  kind: 'cancel_cell';
  cell: string;
}

/** Ask for more of the store's dispatches. */
export interface PanelHistory {
  kind: 'history';
  limit: number;
}

export type PanelMessage = Graph | Delta | Details | Preview | Rows | Timeline | Executors | Found | Answer | Drawing | Module | Panel | Told;

export type PanelRequest = Open | Close | Resync | Show | Select | Watch | Table | Range | Look | Search | Cancel | Rerun | Resume | Debug | Assign | Export | Fetch | PanelHistory | PanelCancel | PanelResume | PanelCancelCell | PanelRun | PanelWatch;

/** Run what is left of a dispatch of the list that was interrupted. */
export interface PanelResume {
  kind: 'resume_dispatch';
  dispatch: string;
}

/** Run what is stale: one cell with what it needs, or all of it (None). Asked again until there is no next step.
 *
 * ran: the ordinary cells that were run since it was asked first. */
export interface PanelRun {
  kind: 'run_stale';
  cell: string | null;
  ran: string[];
}

/** Whether the list of dispatches is in sight: only then those of other kernels are counted. */
export interface PanelWatch {
  kind: 'watch_panel';
  visible: boolean;
}

/** What came of the panel's action, in words; ``code`` is to be executed, after what runs, and then the cells. */
export interface Told {
  kind: 'told';
  ok: boolean;
  text: string;
  code: string;
  cells: string[];
}

export type ViewMessage = Graph | Delta | Details | Preview | Rows | Timeline | Executors | Found | Answer | Drawing | Module;

/** What came of an action, in words; ``code`` is a cell to open, ``dispatch`` a run that was begun. */
export interface Answer {
  kind: 'answer';
  view: string;
  action: string;
  ok: boolean;
  text: string;
  code: string;
  dispatch: string;
}

/** Work of one worker: a node, or several too short to draw one by one (``count``).
 *
 * Those on the longest path are never drawn together with others: they come last, to be drawn on top. */
export interface Bar {
  lane: number;
  row: number;
  node: number;
  count: number;
  name: string;
  status: number;
  start: number;
  end: number;
  ready: number;
  critical: boolean;
}

/** A live resource. ``history`` is the share of its workers that were busy, 0 to 1, oldest first, a second each. */
export interface Busy {
  key: number;
  id: string;
  resource_kind: string;
  workers: number;
  running: number;
  queued: number;
  done: number;
  memory: number;
  dashboard: string;
  history: number[];
  uses: Use[];
}

/** All executors by resource, and what is said about redundant ones. */
export interface Executors {
  kind: 'executors';
  view: string;
  resources: Busy[];
  remarks: string[];
}

/** What a search found: the first few, and how many. */
export interface Found {
  kind: 'found';
  view: string;
  text: string;
  total: number;
  hits: Hit[];
}

/** A node that was found, and the index of its group. */
export interface Hit {
  node: number;
  name: string;
  group: number;
}

/** A node in the table. */
export interface Row {
  node: number;
  name: string;
  argument: string;
  status: number;
  executor: string;
  resource: string;
  worker: string;
  start: number | null;
  seconds: number | null;
  attempts: number;
}

/** The part of the table that was asked for. */
export interface Rows {
  kind: 'rows';
  view: string;
  total: number;
  offset: number;
  rows: Row[];
}

/** Who did what when. ``span`` is seconds from the dispatch's beginning to its end or to now.
 *
 * ``start`` and ``end``: the part that the bars are of, in the same seconds. All else is told of the whole. */
export interface Timeline {
  kind: 'timeline';
  view: string;
  lanes: string[];
  rows: number[];
  bars: Bar[];
  start: number;
  end: number;
  width: number;
  span: number;
  working: number;
  waiting: number;
  critical: number;
}

/** One executor of a resource. ``key`` stands for its settings: equal ones are one. ``same`` names another such. */
export interface Use {
  key: number;
  label: string;
  settings: string;
  electrons: [string, number][];
  called: string;
  same: string;
}

/** One step into sublattices. */
export interface Crumb {
  name: string;
  node: number | null;
}

/** What has changed since ``seq - 1``: last state wins. */
export interface Delta {
  kind: 'delta';
  view: string;
  seq: number;
  tallies: Tally[];
  times: Point | null;
  state: State;
}

/** A picture to save; as text too where it is one for the notebook (``dark`` is None). */
export interface Drawing {
  kind: 'drawing';
  view: string;
  svg: string;
  text: string;
  dark: boolean | null;
}

/** Between two boxes, by index; ``points`` are the corners of its route. */
export interface Edge {
  source: number;
  target: number;
  labels: string[];
  count: number;
  waiting: boolean;
  points: Point[];
}

/** The whole picture; `Delta` change it from ``seq`` on. */
export interface Graph {
  kind: 'graph';
  view: string;
  seq: number;
  dispatch: string;
  title: string;
  crumbs: Crumb[];
  by: By;
  orientation: Orientation;
  opened: number[];
  width: number;
  height: number;
  nodes: number;
  groups: Group[];
  tallies: Tally[];
  edges: Edge[];
  executors: string[];
  times: Point | null;
  names: string[];
  state: State;
  can: ('cancel' | 'rerun' | 'debug' | 'assign' | 'resume')[];
  flow: number;
}

/** One box: a node, or several that are alike. ``x`` and ``y`` are its centre. */
export interface Group {
  first: number;
  name: string;
  node_kind: NodeKind;
  count: number;
  opened: boolean;
  family: number;
  x: number;
  y: number;
  width: number;
  height: number;
  chip: string;
  argument: string;
}

/** The panes' code: an ES module, of which a page needs one for all its views. */
export interface Module {
  kind: 'module';
  view: string;
  text: string;
}

/** A dispatch at a glance. ``rate`` is electrons a second, ``left`` the expected time, None where unknown. */
export interface State {
  status: number;
  counts: number[];
  started: number;
  ended: number | null;
  now: number;
  rate: number | null;
  left: number | null;
  text: string;
}

/** What changes about a box while the dispatch runs. */
export interface Tally {
  group: number;
  status: number;
  counts: number[];
  executors: [string, number][];
  seconds: number | null;
  progress: number | null;
  words: string;
}

/** Give an electron (all its calls, or one node) another executor in the next run from here. */
export interface Assign {
  kind: 'assign';
  view: string;
  node: number;
  all: boolean;
  executor: string;
}

/** Cancel the dispatch, or one node of it. The answer is an `Answer`. */
export interface Cancel {
  kind: 'cancel';
  view: string;
  node: number | null;
}

/** A view is gone. */
export interface Close {
  kind: 'close';
  view: string;
}

/** Ask for a cell with a node's inputs and source. The answer is an `Answer` with code. */
export interface Debug {
  kind: 'debug';
  view: string;
  node: number;
}

/** Ask for the picture as SVG: as it is seen, in the page's theme, or (None) as it is saved with a notebook.
 *
 * The answer is a `Drawing`. */
export interface Export {
  kind: 'export';
  view: string;
  dark: boolean | null;
}

/** Ask for the panes' code, which is not saved with a notebook. The answer is a `Module`. */
export interface Fetch {
  kind: 'fetch';
  view: string;
}

/** Preview a value: an input by its parameter, the output by an empty name. The answer is a `Preview`. */
export interface Look {
  kind: 'look';
  view: string;
  node: number;
  input: string;
  number: number;
}

/** A view begins; the answer is a `Graph`. ``dispatch`` is left out where the comm belongs to one. */
export interface Open {
  kind: 'open';
  view: string;
  dispatch?: string;
}

/** Which part of the timeline is looked at; the answer is a `Timeline` of it, and so are all that follow. */
export interface Range {
  kind: 'range';
  view: string;
  start: number | null;
  end: number | null;
  width: number;
}

/** Run again from a node on: what does not depend on it is reused. The answer is an `Answer`. */
export interface Rerun {
  kind: 'rerun';
  view: string;
  node: number;
}

/** Run what is left of a dispatch that was interrupted. The answer is an `Answer`. */
export interface Resume {
  kind: 'resume';
  view: string;
}

/** A number was missed; the answer is a `Graph`. */
export interface Resync {
  kind: 'resync';
  view: string;
}

/** Find nodes by a part of their name or by their number. The answer is `Found`. */
export interface Search {
  kind: 'search';
  view: string;
  text: string;
}

/** Tell about a node, now and whenever it changes; None ends that. The answers are `Details`. */
export interface Select {
  kind: 'select';
  view: string;
  node: number | null;
}

/** How the graph is to be drawn; the answer is a `Graph`. ``opened`` are node numbers in opened groups. */
export interface Show {
  kind: 'show';
  view: string;
  by: By;
  orientation: Orientation;
  opened: number[];
  path: number[];
}

/** Which part of the table is looked at. */
export interface Table {
  kind: 'table';
  view: string;
  sort: 'node' | 'name' | 'status' | 'executor' | 'worker' | 'start' | 'seconds';
  descending: boolean;
  filter: string;
  offset: number;
  limit: number;
}

export type ViewRequest = Open | Close | Resync | Show | Select | Watch | Table | Range | Look | Search | Cancel | Rerun | Resume | Debug | Assign | Export | Fetch;

/** Which panes are visible: they are told now and whenever they change. */
export interface Watch {
  kind: 'watch';
  view: string;
  panes: Pane[];
}
