// Written by `python -m jupyter_flow.widgets.schema` from jupyter_flow/render/palette.py; do not edit.

export interface Theme {
  card: string;
  rim: string;
  text: string;
  muted: string;
  edge: string;
  plain: string;
  /** by status: line and tint */
  status: [string, string][];
  executors: string[];
  /** short to long */
  times: string[];
  /** how much of an executor's colour fills a node or a chip */
  tint: number;
}

/** A path in a circle of radius 8 around 0,0: a line, or a shape that is filled. */
export interface Mark {
  path: string;
  filled: boolean;
}

export const LIGHT: Theme = {
  card: "#ffffff",
  rim: "#dde2ea",
  text: "#1b2430",
  muted: "#566172",
  edge: "#94a0b2",
  plain: "#f7f8fa",
  tint: 0.13,
  status: [["#768295", "#f6f7f9"], ["#768295", "#f6f7f9"], ["#768295", "#f6f7f9"], ["#1f6fd6", "#e9f2fd"], ["#0a8060", "#eaf6f1"], ["#c63d12", "#fdece5"], ["#8a4f9e", "#f6eef9"], ["#80868f", "#f4f4f2"], ["#9a6a00", "#fdf4dc"], ["#1f6fd6", "#e9f2fd"], ["#9a6a00", "#fdf4dc"]],
  executors: ["#3b6fb6", "#c2571a", "#2f8f83", "#a33f86", "#8a7a14", "#5b4fb0", "#b8405a", "#4d7c2a"],
  times: ["#f3f6fb", "#d6e4f5", "#b0cdec", "#84b0df", "#5b94d1"],
};

export const DARK: Theme = {
  card: "#12161d",
  rim: "#2b323e",
  text: "#e8ecf2",
  muted: "#9ca8b8",
  edge: "#66748a",
  plain: "#1b212b",
  tint: 0.2,
  status: [["#8b98ab", "#1b212b"], ["#8b98ab", "#1b212b"], ["#8b98ab", "#1b212b"], ["#5aa2f7", "#15253d"], ["#35c29a", "#12291f"], ["#ff7f52", "#381a10"], ["#c792d8", "#2b1c32"], ["#939aa5", "#1d2126"], ["#e3b341", "#2e240d"], ["#5aa2f7", "#15253d"], ["#e3b341", "#2e240d"]],
  executors: ["#7fb0ee", "#f0935a", "#5ccabb", "#de86c4", "#d0bf55", "#a79cf2", "#f08a9f", "#9acb74"],
  times: ["#1a222e", "#1e3350", "#244a78", "#2b5c9a", "#3670b8"],
};

export const MARKS: Mark[] = [
  {"path": "M-3.6 0h.01M0 0h.01M3.6 0h.01", "filled": false},
  {"path": "M-3.6 0h.01M0 0h.01M3.6 0h.01", "filled": false},
  {"path": "M-3.6 0h.01M0 0h.01M3.6 0h.01", "filled": false},
  {"path": "M-2.6 -4.2L4.6 0L-2.6 4.2Z", "filled": true},
  {"path": "M-3.7 .3L-1.1 3L3.8 -2.8", "filled": false},
  {"path": "M-2.9 -2.9L2.9 2.9M2.9 -2.9L-2.9 2.9", "filled": false},
  {"path": "M-3 -3H3V3H-3Z", "filled": true},
  {"path": "M-3.4 -3L-.4 0L-3.4 3M.8 -3L3.8 0L.8 3", "filled": false},
  {"path": "M1.4 -5.2L-3.4 1H-.5L-1.4 5.2L3.4 -1H.5Z", "filled": true},
  {"path": "M-2.6 -4.2L4.6 0L-2.6 4.2Z", "filled": true},
  {"path": "M3.6 -2.6A4.4 4.4 0 1 0 4.4 .6M4.4 -4.6V-2H1.8", "filled": false},
];

export const SIGNS: string[] = ["○", "○", "○", "▶", "✓", "✕", "■", "»", "!", "▶", "↻"];
