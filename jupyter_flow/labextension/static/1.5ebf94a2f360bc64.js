"use strict";(self.rspackChunkjupyter_flow=self.rspackChunkjupyter_flow||[]).push([[1],{22(e,a,r){var t=r(19),o=r.n(t),i=r(20),n=(r.n(i))()(o());n.push([e.id,`/* What the view and its panes share. Status colours come from the palette, as --l(ight) and --d(ark). */

.jf-themed {
  --jf-card: #fff;
  --jf-soft: #f6f7f9;
  --jf-rim: #dde2ea;
  --jf-ink: #1b2430;
  --jf-muted: #566172;
  --jf-accent: #1560bd;
  --jf-bad: #b5340c;
  --jf-hover: rgb(27 36 48 / 6%);
  --jf-mono: var(--jp-code-font-family, ui-monospace, 'DejaVu Sans Mono', menlo, consolas, monospace);
  --jf-0: #1b2430;
  --jf-1: #b3261e;
  --jf-2: #146c3d;
  --jf-3: #8a5a00;
  --jf-4: #1657b0;
  --jf-5: #8a3a9b;
  --jf-6: #0a6b75;
  --jf-7: #6a7382;
  --jf-8: #566172;
  --jf-9: #c8351b;
  --jf-10: #1a7f45;
  --jf-11: #9a6a00;
  --jf-12: #1f6fd6;
  --jf-13: #a33f86;
  --jf-14: #0f7d86;
  --jf-15: #8b95a3;
  color-scheme: light;
  color: var(--jf-ink);
  font: 13px/1.45 var(--jp-ui-font-family, system-ui, 'Segoe UI', 'DejaVu Sans', sans-serif);
}
.jf-themed.jf-dark {
  --jf-card: #12161d;
  --jf-soft: #1a1f28;
  --jf-rim: #2b323e;
  --jf-ink: #e8ecf2;
  --jf-muted: #9ca8b8;
  --jf-accent: #7ab5fa;
  --jf-bad: #ff9a76;
  --jf-hover: rgb(232 236 242 / 8%);
  --jf-0: #5d697a;
  --jf-1: #ff8a7a;
  --jf-2: #5fd394;
  --jf-3: #e3b341;
  --jf-4: #74b0fa;
  --jf-5: #d39be3;
  --jf-6: #5fd0da;
  --jf-7: #c3ccd8;
  --jf-8: #8b98ab;
  --jf-9: #ffa599;
  --jf-10: #86e5b1;
  --jf-11: #f3cc6b;
  --jf-12: #9cc8ff;
  --jf-13: #e6b9f2;
  --jf-14: #8ee4ec;
  --jf-15: #fff;
  color-scheme: dark;
}
.jf-themed *,
.jf-themed {
  box-sizing: border-box;
}
.jf-themed [hidden] {
  display: none !important;
}
.jf-pane {
  position: relative;
  min-width: 0;
  container-type: inline-size;
  background: var(--jf-card);
  overflow: auto;
  overflow-wrap: anywhere;
}
.jf-pane[hidden] {
  display: none !important;
}
.jf-unseen {
  position: absolute !important;
  width: 1px;
  height: 1px;
  margin: -1px;
  overflow: hidden;
  clip-path: inset(50%);
  white-space: nowrap;
}
.jf-themed :is(p, h2, ol, ul, dl, dd, pre) {
  margin: 0;
  padding: 0;
}
.jf-themed code,
.jf-terminal,
.jf-pre {
  font-family: var(--jf-mono);
  font-size: 12px;
}
.jf-themed code {
  padding: 0;
  background: none;
  color: inherit;
}
.jf-note {
  color: var(--jf-muted);
  font-size: 12px;
}
.jf-empty {
  padding: 20px 12px !important;
  color: var(--jf-muted);
  text-align: center;
}

/* Buttons */
.jf-themed :is(.jf-button, .jf-quiet, .jf-link, .jf-select, .jf-filter, .jf-sort, .jf-open) {
  min-height: 26px;
  padding: 2px 8px;
  border: 1px solid transparent;
  border-radius: 5px;
  background: none;
  color: inherit;
  font: inherit;
  cursor: pointer;
}
.jf-themed :is(.jf-button, .jf-select, .jf-filter) {
  border-color: var(--jf-rim);
  background: var(--jf-card);
}
.jf-themed :is(.jf-button, .jf-select):hover {
  border-color: var(--jf-muted);
}
.jf-themed .jf-filter {
  flex: 1 1 200px;
  max-width: 360px;
  min-width: 0;
  cursor: text;
}
.jf-themed .jf-filter::placeholder {
  color: var(--jf-muted);
  opacity: 1;
}
.jf-themed .jf-quiet {
  min-width: 26px;
  color: var(--jf-muted);
  font-size: 12px;
}
.jf-themed :is(.jf-quiet, .jf-sort):hover {
  background: var(--jf-hover);
  color: var(--jf-ink);
}
.jf-themed .jf-link {
  padding: 2px 4px;
  color: var(--jf-accent);
  font-size: 12px;
  text-decoration: underline;
  text-underline-offset: 2px;
  white-space: nowrap;
}
.jf-themed :is(button, select, input, summary, [tabindex]):focus-visible {
  outline: 2px solid var(--jf-accent);
  outline-offset: -2px;
}
.jf-themed .jf-node:focus-visible {
  outline: none;
}
.jf-themed label {
  color: var(--jf-muted);
  font-size: 12px;
}
.jf-themed input[type='checkbox'] {
  width: 15px;
  height: 15px;
  margin: 0;
  vertical-align: -3px;
  accent-color: var(--jf-accent);
}
.jf-check {
  display: inline-flex;
  align-items: center;
  gap: 6px;
  min-height: 26px;
}

/* Marks of status */
.jf-mark {
  flex: none;
  width: 14px;
  height: 14px;
  overflow: visible;
  vertical-align: -2px;
  fill: var(--lt);
  stroke: var(--l);
}
.jf-dark .jf-mark {
  fill: var(--dt);
  stroke: var(--d);
}
.jf-mark circle {
  stroke-width: 1.2;
}
.jf-mark path {
  fill: none;
  stroke-width: 1.9;
  stroke-linecap: round;
  stroke-linejoin: round;
}
.jf-mark .jf-full {
  stroke: none;
  fill: var(--l);
}
.jf-dark .jf-mark .jf-full {
  fill: var(--d);
}
.jf-badge {
  display: inline-flex;
  align-items: center;
  gap: 5px;
  vertical-align: middle;
  white-space: nowrap;
}
.jf-chip {
  display: inline-block;
  max-width: 100%;
  padding: 0 7px;
  border: 1px solid var(--jf-rim);
  border-radius: 10px;
  background: var(--jf-soft);
  font-size: 12px;
  line-height: 18px;
}
.jf-line {
  display: flex;
  flex-wrap: wrap;
  align-items: center;
  gap: 4px 8px;
  min-width: 0;
}

/* In a bar of states: what runs is begun, and not done. */
.jf-themed .jf-under-way {
  opacity: 0.45;
}

.jf-told:not(:empty) {
  padding-top: 6px;
  color: var(--jf-muted);
}
.jf-themed .jf-bad {
  color: var(--jf-bad);
}
@media (prefers-reduced-motion: reduce) {
  .jf-themed * {
    transition: none !important;
  }
}
`,""]),r.d(a,{},{A:n})},18(e,a,r){var t=r(19),o=r.n(t),i=r(20),n=r.n(i),f=r(21),d=r(24),l=r(25),p=r(26),s=n()(o());s.i(f.A),s.i(d.A),s.i(l.A),s.i(p.A),s.push([e.id,`/* All of the labextension: the view with its panes, the panel, and what saved notebooks show. */
`,""]),r.d(a,{},{A:s})},25(e,a,r){var t=r(19),o=r.n(t),i=r(20),n=(r.n(i))()(o());n.push([e.id,`/* The side panel, the tabs with graphs, and the badges of cells. Status colours come as --l(ight) and --d(ark). */

.jf-panel {
  overflow: auto;
  padding: 10px 12px;
  min-width: 264px !important; /* as wide as it is at first */
  background: var(--jp-layout-color1);
  color: var(--jp-ui-font-color1);
  font: 13px/1.45 var(--jp-ui-font-family);
}
.jf-panel [hidden] {
  display: none !important;
}
.jf-panel section > h2 {
  margin: 16px 0 6px;
  font-size: 11px;
  font-weight: 600;
  letter-spacing: 0.06em;
  text-transform: uppercase;
  color: var(--jp-ui-font-color2);
}
.jf-panel .jf-book {
  font-weight: 600;
  overflow: hidden;
  text-overflow: ellipsis;
  white-space: nowrap;
}
.jf-panel .jf-status {
  min-height: 1.45em;
  color: var(--jp-ui-font-color2);
  overflow-wrap: anywhere;
}
.jf-panel .jf-status.jf-bad {
  color: var(--jp-error-color1, #b5340c);
}
.jf-panel button {
  font: inherit;
  color: inherit;
  cursor: pointer;
  border: 1px solid var(--jp-border-color1);
  border-radius: 4px;
  background: var(--jp-layout-color1);
  padding: 2px 10px;
}
.jf-panel button:hover {
  background: var(--jp-layout-color2);
}
.jf-panel button:focus-visible,
.jf-cell-badge button:focus-visible {
  outline: 2px solid var(--jp-brand-color1, #1560bd);
  outline-offset: 1px;
}
.jf-panel .jf-stale,
.jf-panel .jf-load-cell {
  width: 100%;
  margin-top: 8px;
  padding: 4px;
}
.jf-panel .jf-none {
  color: var(--jp-ui-font-color2);
}
.jf-panel .jf-trouble {
  margin: 0 0 6px;
  padding: 6px 8px;
  border: 1px solid var(--jp-border-color1);
  border-left: 3px solid var(--jp-warn-color1, #b57a00);
  border-radius: 4px;
  font-size: 12px;
  overflow-wrap: anywhere;
}
.jf-panel .jf-dispatches {
  list-style: none;
  margin: 0 -6px;
  padding: 0;
}
.jf-dispatch {
  display: grid;
  grid-template-columns: minmax(0, 1fr) auto;
  align-items: center;
  gap: 0 6px;
  border-radius: 4px;
  padding: 0 6px 0 0;
}
.jf-own {
  margin: 8px -6px 0;
  grid-template-columns: minmax(0, 1fr);
}
.jf-dispatch:hover {
  background: var(--jp-layout-color2);
}
.jf-panel .jf-open {
  display: grid;
  grid-template-columns: auto minmax(0, 1fr);
  gap: 0 8px;
  align-items: center;
  padding: 5px 6px;
  border: none;
  background: none;
  text-align: left;
}
.jf-dispatch .jf-sign {
  grid-row: span 2;
}
.jf-dispatch .jf-mark {
  display: block;
  width: 18px;
  height: 18px;
}
.jf-dispatch .jf-who {
  overflow: hidden;
  text-overflow: ellipsis;
  white-space: nowrap;
}
.jf-dispatch .jf-words {
  font-size: 11px;
  color: var(--jp-ui-font-color2);
  font-variant-numeric: tabular-nums;
}
.jf-dispatch .jf-progress {
  grid-column: 1 / -1;
  display: flex;
  height: 5px;
  margin: 0 0 6px 32px;
  border-radius: 3px;
  overflow: hidden;
  background: var(--jp-layout-color3);
}
.jf-dispatch .jf-progress i {
  background: var(--l);
  transition: width 0.2s;
}
.jf-dark .jf-dispatch .jf-progress i {
  background: var(--d);
}
.jf-dispatch .jf-words {
  overflow-wrap: anywhere; /* where it is narrow, in two lines rather than cut */
}
.jf-panel .jf-resources {
  padding: 0;
}
.jf-panel.jf-themed .jf-resource .jf-facts {
  grid-template-columns: repeat(auto-fill, minmax(46px, auto));
  gap: 6px 8px;
  overflow-wrap: normal; /* a label is not broken within a word */
}
.jf-panel.jf-themed .jf-facts dt {
  font-size: 11px;
}
.jf-panel .jf-facts dd {
  white-space: nowrap;
}
.jf-panel .jf-idle {
  display: none; /* which electrons are on an executor is told of one dispatch, not of all */
}
.jf-panel .jf-more {
  margin-top: 6px;
}
.jf-panel pre,
.jf-absent pre {
  margin: 8px 0;
  padding: 6px 8px;
  border-radius: 4px;
  background: var(--jp-layout-color2);
  font-family: var(--jp-code-font-family);
}
/* A dispatch's graph in a tab */
.jf-graph-tab {
  overflow: auto;
  min-height: 240px;
  background: var(--jp-layout-color1);
}
.jf-graph-host {
  height: 100%;
}
.jf-graph-tab .jf-absent {
  padding: 12px;
}

/* Badges stand below a cell's number */
.jp-Cell-inputWrapper {
  position: relative;
}
.jf-cell-badge {
  position: absolute;
  z-index: 2;
  top: 24px;
  left: 8px;
  display: flex;
  flex-direction: column;
  align-items: flex-end;
  width: calc(var(--jp-cell-prompt-width, 64px) - 4px);
  padding-right: 0;
  box-sizing: border-box;
}
.jf-cell-badge button {
  display: flex;
  align-items: center;
  gap: 2px;
  margin: 0;
  padding: 1px 2px;
  border: none;
  border-radius: 4px;
  background: none;
  color: var(--l);
  font: 10px/1.4 var(--jp-ui-font-family); /* \`cancelled\` is to fit beside the bar of the active cell */
  font-variant-numeric: tabular-nums;
  white-space: nowrap;
  cursor: pointer;
}
.jf-cell-badge.jf-dark button {
  color: var(--d);
}
.jf-cell-badge button:hover:enabled {
  background: var(--jp-layout-color2);
}
.jf-cell-badge button:disabled {
  cursor: default;
}
.jf-cell-badge .jf-mark {
  flex: none;
  width: 12px;
  height: 12px;
}
.jf-cell-acts {
  display: flex;
  gap: 2px;
}
.jf-cell-badge .jf-cell-run {
  font-size: 9px;
}
.jf-cell-badge .jf-cell-cancel {
  color: var(--jp-ui-font-color2);
}
.jf-cell-badge .jf-cell-run,
.jf-cell-badge .jf-cell-cancel {
  opacity: 0;
}
.jp-Cell:hover .jf-cell-badge .jf-cell-acts button,
.jf-cell-badge[data-state='stale'] .jf-cell-run,
.jf-cell-badge[data-state='waiting'] .jf-cell-cancel,
.jf-cell-badge[data-state='queued'] .jf-cell-cancel,
.jf-cell-badge .jf-cell-acts button:focus-visible {
  opacity: 1;
}
.jf-cell-badge [hidden] {
  display: none !important;
}
.jf-cell-badge[data-state='running'] .jf-mark {
  animation: jf-breathe 1.6s ease-in-out infinite;
}
@keyframes jf-breathe {
  50% {
    opacity: 0.4;
  }
}
@media (prefers-reduced-motion: reduce) {
  .jf-cell-badge[data-state='running'] .jf-mark {
    animation: none;
  }
}

.jf-run-stale .jp-ToolbarButtonComponent-label {
  margin-left: 4px;
}
`,""]),r.d(a,{},{A:n})},24(e,a,r){var t=r(19),o=r.n(t),i=r(20),n=(r.n(i))()(o());n.push([e.id,`/* The panes: node details, table, timeline, executors; colours and buttons are those of base.css. */

/* Node details */
.jf-head {
  position: sticky;
  z-index: 2;
  top: 0;
  display: flex;
  align-items: center;
  gap: 8px;
  padding: 8px 6px 4px 14px;
  background: var(--jf-card);
}
.jf-head .jf-mark {
  display: block;
  width: 18px;
  height: 18px;
}
.jf-themed .jf-node {
  flex: 1;
  min-width: 0;
  overflow: hidden;
  color: inherit;
  font-size: 15px;
  font-weight: 600;
  line-height: 1.3;
  text-overflow: ellipsis;
}
.jf-node small {
  color: var(--jf-muted);
  font-size: 12px;
  font-weight: 400;
}
.jf-themed .jf-close {
  font-size: 14px;
}
.jf-top {
  display: grid;
  gap: 6px;
  padding: 0 14px 10px;
}
.jf-status {
  color: var(--jf-muted);
  font-variant-numeric: tabular-nums;
}
.jf-call {
  display: -webkit-box;
  overflow: hidden;
  -webkit-box-orient: vertical;
  -webkit-line-clamp: 4;
  overflow-wrap: anywhere;
  white-space: pre-wrap;
}
.jf-progress {
  height: 5px;
  border-radius: 3px;
  background: var(--jf-rim);
  overflow: hidden;
}
.jf-progress i {
  display: block;
  height: 100%;
  border-radius: 3px;
  background: var(--l, #1f6fd6);
  transition: width 0.15s linear;
}
.jf-dark .jf-progress i {
  background: var(--d, #5aa2f7);
}
.jf-actions {
  display: flex;
  flex-wrap: wrap;
  gap: 6px;
}
.jf-assign {
  display: flex;
  flex: 1 1 100%;
  flex-wrap: wrap;
  align-items: center;
  gap: 4px 10px;
}
.jf-select {
  max-width: 180px;
}
.jf-section {
  padding: 8px 14px 10px;
  border-top: 1px solid var(--jf-rim);
}
.jf-heading {
  display: flex;
  align-items: center;
  justify-content: space-between;
  gap: 8px;
  min-height: 26px;
}
.jf-title {
  font-weight: 600;
}
.jf-themed .jf-facts {
  /* Lab has rules for such lists in the outputs of cells. */
  display: grid;
  grid-template-columns: repeat(auto-fill, minmax(96px, 1fr));
  gap: 6px 14px;
}
.jf-themed .jf-facts :is(dt, dd) {
  float: none;
  width: auto;
}
.jf-themed .jf-facts dt {
  color: var(--jf-muted);
  font-size: 11.5px;
  font-weight: 400;
  line-height: 1.35;
}
.jf-facts dd {
  font-variant-numeric: tabular-nums;
}
.jf-themed .jf-where .jf-facts > :first-child {
  grid-column: 1 / -1;
}
.jf-text {
  flex: 1;
  min-width: 40px;
  overflow: hidden;
  color: var(--jf-muted);
  font-family: var(--jf-mono);
  font-size: 12px;
  text-overflow: ellipsis;
}
.jf-input .jf-line,
.jf-output .jf-line {
  flex-wrap: nowrap;
  min-height: 28px;
}
.jf-input .jf-text {
  display: -webkit-box;
  -webkit-box-orient: vertical;
  -webkit-line-clamp: 3;
  color: inherit;
}
.jf-param {
  flex: none;
  max-width: 45%;
  color: var(--jf-muted);
}
.jf-param::after {
  content: ' =';
}
.jf-value {
  margin: 4px 0 8px;
  padding: 8px 10px;
  border: 1px solid var(--jf-rim);
  border-radius: 6px;
}
.jf-preview {
  display: grid;
  grid-template-columns: minmax(0, 1fr);
  gap: 8px;
}
.jf-about {
  display: flex;
  flex-wrap: wrap;
  align-items: center;
  gap: 2px 10px;
}
.jf-about .jf-quiet {
  margin-left: auto;
}
.jf-tabled {
  max-height: 300px;
  overflow: auto;
}
.jf-tabled table {
  border-collapse: collapse;
  font-size: 12px;
  font-variant-numeric: tabular-nums;
}
.jf-tabled :is(th, td) {
  max-width: 260px;
  padding: 3px 10px;
  border: 0;
  border-bottom: 1px solid var(--jf-rim);
  background: none;
  overflow: hidden;
  text-align: right;
  text-overflow: ellipsis;
  white-space: nowrap;
}
.jf-tabled thead th {
  position: sticky;
  top: 0;
  background: var(--jf-card);
}
.jf-tabled tbody th {
  color: var(--jf-muted);
  font-weight: 400;
}
.jf-image {
  display: block;
  max-width: 100%;
  max-height: 420px;
  border-radius: 4px;
  background: #fff;
}
.jf-cage {
  display: block;
  width: 100%;
  min-height: 48px;
  max-height: 420px;
  border: 1px solid var(--jf-rim);
  border-radius: 6px;
  resize: vertical;
}
.jf-displays .jf-body {
  display: grid;
  grid-template-columns: minmax(0, 1fr);
  gap: 8px;
}
.jf-printed,
.jf-pre,
.jf-screen {
  border: 1px solid var(--jf-rim);
  border-radius: 6px;
  background: var(--jf-soft);
}
.jf-printed,
.jf-pre,
.jf-screen .jf-scroller {
  max-height: 300px;
  padding: 8px 10px !important;
  overflow: auto;
  color: inherit;
  line-height: 1.5;
}
.jf-themed .jf-pre {
  max-height: 420px;
  white-space: pre;
  tab-size: 4;
}
.jf-terminal {
  white-space: pre-wrap;
}
.jf-trouble .jf-terminal {
  white-space: pre;
}
.jf-screen {
  position: relative;
}
.jf-themed .jf-follow {
  position: absolute;
  right: 14px;
  bottom: 8px;
  box-shadow: 0 1px 5px rgb(0 0 0 / 22%);
}
.jf-message {
  padding-bottom: 6px !important;
  color: var(--jf-bad);
}
.jf-message .jf-chip {
  margin-left: 8px;
  color: var(--jf-ink);
}
.jf-folded {
  margin-top: 6px;
}
.jf-themed summary {
  min-height: 26px;
  padding: 4px 2px;
  border-radius: 5px;
  color: var(--jf-muted);
  cursor: pointer;
}
.jf-attempts {
  list-style: none;
}
.jf-attempts li {
  padding: 3px 0;
  list-style: none;
}
.jf-attempts .jf-text {
  flex: none;
}
.jf-why {
  padding-left: 24px !important;
  color: var(--jf-muted);
}

/* Terminal and source */
.jf-bold {
  font-weight: 700;
}
.jf-faint {
  opacity: 0.75;
}
.jf-italic {
  font-style: italic;
}
.jf-under {
  text-decoration: underline;
}
.jf-struck {
  text-decoration: line-through;
}
.jf-f0 {
  color: var(--jf-0);
}
.jf-b0 {
  background: var(--jf-0);
}
.jf-f1 {
  color: var(--jf-1);
}
.jf-b1 {
  background: var(--jf-1);
}
.jf-f2 {
  color: var(--jf-2);
}
.jf-b2 {
  background: var(--jf-2);
}
.jf-f3 {
  color: var(--jf-3);
}
.jf-b3 {
  background: var(--jf-3);
}
.jf-f4 {
  color: var(--jf-4);
}
.jf-b4 {
  background: var(--jf-4);
}
.jf-f5 {
  color: var(--jf-5);
}
.jf-b5 {
  background: var(--jf-5);
}
.jf-f6 {
  color: var(--jf-6);
}
.jf-b6 {
  background: var(--jf-6);
}
.jf-f7 {
  color: var(--jf-7);
}
.jf-b7 {
  background: var(--jf-7);
}
.jf-f8 {
  color: var(--jf-8);
}
.jf-b8 {
  background: var(--jf-8);
}
.jf-f9 {
  color: var(--jf-9);
}
.jf-b9 {
  background: var(--jf-9);
}
.jf-f10 {
  color: var(--jf-10);
}
.jf-b10 {
  background: var(--jf-10);
}
.jf-f11 {
  color: var(--jf-11);
}
.jf-b11 {
  background: var(--jf-11);
}
.jf-f12 {
  color: var(--jf-12);
}
.jf-b12 {
  background: var(--jf-12);
}
.jf-f13 {
  color: var(--jf-13);
}
.jf-b13 {
  background: var(--jf-13);
}
.jf-f14 {
  color: var(--jf-14);
}
.jf-b14 {
  background: var(--jf-14);
}
.jf-f15 {
  color: var(--jf-15);
}
.jf-b15 {
  background: var(--jf-15);
}
.jf-fpaper {
  color: var(--jf-soft);
}
.jf-bink {
  background: var(--jf-ink);
}
.jf-comment {
  color: var(--jf-muted);
  font-style: italic;
}
.jf-keyword {
  color: var(--jf-5);
}
.jf-string {
  color: var(--jf-2);
}
.jf-number {
  font-variant-numeric: tabular-nums;
}
.jf-source .jf-number,
.jf-decorator {
  color: var(--jf-3);
}
.jf-source .jf-name,
.jf-builtin {
  color: var(--jf-4);
}

/* Table, timeline: their bars */
.jf-bar {
  display: flex;
  flex-wrap: wrap;
  align-items: center;
  gap: 6px 12px;
  padding: 8px 12px;
}
.jf-nodes,
.jf-timeline {
  overflow: hidden;
}
.jf-rows {
  max-height: 390px;
  overflow: auto;
  border-top: 1px solid var(--jf-rim);
  overflow-anchor: none;
}
.jf-themed table.jf-table {
  width: 100%;
  margin: 0;
  border: 0;
  border-collapse: separate;
  border-spacing: 0;
  min-width: 830px;
  font-size: 12.5px;
  table-layout: fixed;
}
.jf-themed .jf-table :is(th, td) {
  height: 30px;
  max-width: 240px;
  padding: 0 10px;
  border: 0;
  border-bottom: 1px solid var(--jf-rim);
  background: var(--jf-card);
  overflow: hidden;
  color: inherit;
  font-weight: 400;
  text-align: left;
  text-overflow: ellipsis;
  vertical-align: middle;
  white-space: nowrap;
}
.jf-table th:nth-child(1) {
  width: 72px;
}
.jf-table th:nth-child(n + 3) {
  width: 108px;
}
.jf-table th:nth-child(3) {
  width: 122px; /* of the longest status */
}
.jf-table th:nth-child(n + 7) {
  width: 86px;
}
.jf-table .jf-argument {
  padding-inline-start: 4px;
  color: var(--jf-muted);
  font-weight: 400;
}
@container (max-width: 840px) {
  /* Names and times stay; where it ran, the details tell. */
  .jf-themed table.jf-table {
    min-width: 540px;
  }
  .jf-table tr:not(.jf-gap) > :nth-child(5),
  .jf-table tr:not(.jf-gap) > :nth-child(8) {
    display: none;
  }
}
@container (max-width: 540px) {
  .jf-themed table.jf-table {
    min-width: 0;
  }
  .jf-table th:nth-child(n) {
    width: 82px;
  }
  .jf-table th:nth-child(1) {
    width: 68px;
  }
  .jf-table th:nth-child(3) {
    width: 122px;
  }
  .jf-table th:nth-child(2) {
    width: auto;
  }
  .jf-table tr:not(.jf-gap) > :nth-child(4) {
    display: none;
  }
}
@container (max-width: 400px) {
  .jf-themed table.jf-table {
    min-width: 350px; /* narrower than that it scrolls */
  }
  .jf-table tr:not(.jf-gap) > :nth-child(6) {
    display: none;
  }
}
.jf-themed .jf-table thead th {
  position: sticky;
  z-index: 1;
  top: 0;
  background: var(--jf-soft);
  font-weight: 600;
}
.jf-themed .jf-table .jf-gap {
  background: none;
}
.jf-themed .jf-table tbody tr {
  cursor: pointer;
}
.jf-themed .jf-table tbody tr:hover :is(td, th) {
  background: linear-gradient(var(--jf-hover) 0 0) var(--jf-card);
}
.jf-themed .jf-table tbody tr:focus-within :is(td, th) {
  background: linear-gradient(var(--jf-hover) 0 0) var(--jf-card);
}
.jf-table th:has(.jf-sort) {
  padding: 0 2px !important;
}
.jf-themed .jf-sort {
  width: 100%;
  font-weight: 600;
  text-align: left;
  white-space: nowrap;
}
.jf-table [aria-sort='ascending'] .jf-sort::after {
  content: ' ↑';
}
.jf-table [aria-sort='descending'] .jf-sort::after {
  content: ' ↓';
}
.jf-table th:has(.jf-open) {
  padding: 0 2px !important;
}
.jf-themed .jf-open {
  max-width: 100%;
  overflow: hidden;
  color: var(--jf-accent);
  text-overflow: ellipsis;
}
.jf-totals {
  flex: 1 1 260px;
  color: var(--jf-muted);
  font-size: 12px;
  font-variant-numeric: tabular-nums;
}
.jf-stage {
  position: relative;
  border-top: 1px solid var(--jf-rim);
}
.jf-chart {
  max-height: 340px;
  overflow: hidden auto;
}
.jf-chart canvas {
  position: sticky;
  top: 0;
  display: block;
  width: 100%;
  touch-action: pan-y;
}
.jf-tip {
  position: absolute;
  z-index: 3;
  max-width: 280px;
  padding: 7px 10px;
  border: 1px solid var(--jf-rim);
  border-radius: 6px;
  background: var(--jf-card);
  box-shadow: 0 3px 12px rgb(0 0 0 / 20%);
  font-size: 12px;
  pointer-events: none;
}
.jf-legend {
  display: flex;
  flex-wrap: wrap;
  gap: 4px 16px;
  padding: 8px 12px;
  color: var(--jf-muted);
  font-size: 12px;
}
.jf-legend > span {
  display: inline-flex;
  align-items: center;
  gap: 6px;
}
.jf-hatch {
  width: 16px;
  height: 5px;
  background: repeating-linear-gradient(90deg, var(--jf-muted) 0 1.5px, transparent 1.5px 4px);
}
.jf-several {
  width: 12px;
  height: 12px;
  background: var(--jf-muted);
}
.jf-rule {
  width: 16px;
  height: 3px;
  background: var(--jf-ink);
}
.jf-swatch {
  width: 12px;
  height: 12px;
  border-radius: 3px;
  background: var(--l);
}
.jf-dark .jf-swatch {
  background: var(--d);
}

/* Executors */
.jf-resources {
  display: grid;
  grid-template-columns: repeat(auto-fill, minmax(min(100%, 320px), 1fr));
  gap: 10px;
  padding: 12px;
  overflow-wrap: anywhere;
}
.jf-remark,
.jf-resources > .jf-empty {
  grid-column: 1 / -1;
}
.jf-themed .jf-remark {
  padding: 6px 10px;
  border: 1px solid var(--jf-rim);
  border-left: 3px solid var(--jf-3);
  border-radius: 5px;
}
.jf-resource {
  display: grid;
  grid-template-columns: minmax(0, 1fr);
  align-content: start;
  gap: 10px;
  padding: 10px 12px;
  border: 1px solid var(--jf-rim);
  border-radius: 8px;
  background: var(--jf-card);
}
.jf-themed .jf-resource .jf-facts {
  grid-template-columns: repeat(5, auto);
  gap: 6px 12px;
}
.jf-page {
  color: inherit;
}
.jf-line.jf-work {
  flex-wrap: nowrap;
  min-height: 28px; /* also where nothing is known yet */
}
.jf-load {
  flex: 1 1 40px;
  height: 6px;
  border-radius: 3px;
  background: var(--jf-rim);
  overflow: hidden;
}
.jf-load i {
  display: block;
  height: 100%;
  background: #1f6fd6;
}
.jf-dark .jf-load i {
  background: #5aa2f7;
}
.jf-spark {
  flex: none;
  width: 120px;
  height: 28px;
  border-bottom: 1px solid var(--jf-rim);
}
.jf-area {
  fill: #1f6fd6;
  opacity: 0.16;
}
.jf-curve {
  fill: none;
  stroke: #1f6fd6;
  stroke-width: 1.5;
  vector-effect: non-scaling-stroke;
}
.jf-dark .jf-area {
  fill: #5aa2f7;
}
.jf-dark .jf-curve {
  stroke: #5aa2f7;
}
.jf-uses {
  display: grid;
  gap: 8px;
  list-style: none;
}
.jf-uses li {
  padding-top: 8px;
  border-top: 1px solid var(--jf-rim);
  list-style: none;
}
.jf-names {
  display: flex;
  flex-wrap: wrap;
  gap: 2px 12px;
  padding-top: 3px !important;
  font-size: 12px;
}
.jf-names b {
  color: var(--jf-muted);
  font-weight: 400;
}

@media (forced-colors: active) {
  .jf-progress i,
  .jf-load i,
  .jf-rule,
  .jf-several,
  .jf-hatch {
    background: CanvasText;
    forced-color-adjust: none;
  }
}
`,""]),r.d(a,{},{A:n})},26(e,a,r){var t=r(19),o=r.n(t),i=r(20),n=(r.n(i))()(o());n.push([e.id,`/* A saved notebook: what stands for a widget that cannot be had is one line of text ("Loading widget…", for ever without
   a kernel; that its model was not found, with another kernel). The picture after it is what there is to see. */

.jp-OutputArea-child:has(> .lm-Panel.jp-OutputArea-output):not(:has(> .jp-OutputArea-output *)):has(
    + .jp-OutputArea-child > .jp-RenderedSVG > img[src*='class%3D%22jf-']
  ) {
  display: none;
}
`,""]),r.d(a,{},{A:n})},23(e,a,r){var t=r(19),o=r.n(t),i=r(20),n=(r.n(i))()(o());n.push([e.id,`/* The view: headline, progress, toolbar, graph, legend. Colours are those of base.css. */

.jf-view {
  position: relative;
  margin: 2px 0;
  border: 1px solid var(--jf-rim);
  border-radius: 8px;
  background: var(--jf-card);
  overflow: hidden;
  container-type: inline-size;
}
.jf-view ::selection {
  background: color-mix(in srgb, var(--jf-accent) 30%, transparent);
}

/* Headline and progress */
.jf-headline {
  display: flex;
  flex-wrap: wrap;
  align-items: center;
  gap: 4px 10px;
  min-height: 38px;
  padding: 5px 8px 3px 12px;
}
.jf-headline .jf-sign {
  display: inline-flex;
  width: 16px;
}
.jf-headline .jf-mark {
  width: 16px;
  height: 16px;
}
.jf-crumbs {
  min-width: 0;
  overflow: hidden;
  text-overflow: ellipsis;
  white-space: nowrap;
}
.jf-crumbs b {
  font-weight: 600;
}
.jf-themed .jf-crumbs .jf-link {
  padding: 0 2px;
  font-size: inherit;
}
.jf-line-of-status {
  flex: 1 1 120px;
  min-width: 0;
  color: var(--jf-muted);
  font-size: 12px;
}
.jf-done {
  display: flex;
  align-items: center;
  gap: 12px;
  padding: 0 12px 6px;
}
.jf-bar-of-states {
  display: flex;
  flex: 1;
  height: 6px;
  border-radius: 3px;
  background: var(--jf-rim);
  overflow: hidden;
}
.jf-bar-of-states i {
  flex: none;
  background: var(--l);
  transition: width 0.15s linear;
}
.jf-dark .jf-bar-of-states i {
  background: var(--d);
}
.jf-figures {
  color: var(--jf-muted);
  font-size: 12px;
  font-variant-numeric: tabular-nums;
  white-space: nowrap;
}

/* Toolbar */
.jf-tools {
  display: flex;
  flex-wrap: wrap;
  align-items: center;
  gap: 6px;
  padding: 3px 8px 7px;
  border-bottom: 1px solid var(--jf-rim);
}
.jf-themed .jf-tool {
  min-width: 26px;
  min-height: 26px;
  padding: 2px 9px;
  border: 1px solid var(--jf-rim);
  border-radius: 6px;
  background: var(--jf-card);
  color: inherit;
  font: inherit;
  font-size: 12px;
  line-height: 18px;
  white-space: nowrap;
  cursor: pointer;
}
.jf-themed .jf-tool:hover {
  background: var(--jf-hover);
}
.jf-themed .jf-tool:disabled {
  opacity: 0.55;
  cursor: default;
}
.jf-themed .jf-tool[aria-pressed='true'] {
  border-color: var(--jf-accent);
  background: color-mix(in srgb, var(--jf-accent) 12%, var(--jf-card));
  color: var(--jf-accent);
}
.jf-segments {
  display: inline-flex;
  flex-wrap: wrap; /* in less room than three buttons need */
  row-gap: 3px;
}
.jf-themed .jf-segments .jf-tool {
  margin-left: -1px;
  border-radius: 0;
}
.jf-themed .jf-segments .jf-tool:first-child {
  margin-left: 0;
  border-radius: 6px 0 0 6px;
}
.jf-themed .jf-segments .jf-tool:last-child {
  border-radius: 0 6px 6px 0;
}
.jf-themed .jf-segments .jf-tool[aria-pressed='true'] {
  z-index: 1;
}
.jf-themed .jf-cancel {
  border-color: color-mix(in srgb, var(--jf-bad) 45%, var(--jf-card));
  color: var(--jf-bad);
}
.jf-themed .jf-cancel:hover:enabled {
  background: color-mix(in srgb, var(--jf-bad) 9%, var(--jf-card));
}
.jf-themed .jf-resume {
  border-color: color-mix(in srgb, var(--jf-accent) 45%, var(--jf-card));
  color: var(--jf-accent);
}
.jf-ends {
  display: flex;
  flex-wrap: wrap;
  gap: 6px;
}
.jf-search {
  display: inline-flex;
  flex: 1 1 90px;
  align-items: center;
  gap: 8px;
  min-width: 0;
}
.jf-themed .jf-find {
  flex: 0 1 170px;
  border-radius: 6px;
  font-size: 12px;
}
.jf-hits {
  display: flex;
  min-width: 0;
  white-space: pre;
}
.jf-hits :last-child {
  overflow: hidden;
  text-overflow: ellipsis;
}
.jf-answer:not(:empty) {
  padding: 6px 12px;
  border-bottom: 1px solid var(--jf-rim);
  background: var(--jf-soft);
}

/* The graph, with the details of a node beside it */
.jf-middle {
  display: flex;
}
.jf-plot {
  position: relative;
  display: flex;
  flex: 1 1 0;
  flex-direction: column;
  min-width: 0;
}
.jf-graph {
  position: relative;
  flex: 1 0 auto;
  min-height: 120px;
  overflow: hidden;
  resize: vertical;
  background: var(--jf-card);
}
.jf-canvas {
  position: absolute;
  inset: 0;
  display: block;
  width: 100%;
  height: 100%;
  cursor: grab;
  touch-action: pan-x pan-y; /* a finger scrolls the page, where there is nothing to pan */
  user-select: none;
  -webkit-user-select: none;
}
.jf-canvas.jf-larger {
  touch-action: none;
}
.jf-canvas.jf-over {
  cursor: pointer;
}
.jf-canvas.jf-dragged {
  cursor: grabbing;
}
.jf-minimap {
  position: absolute;
  right: 8px;
  bottom: 8px;
  border: 1px solid var(--jf-rim);
  border-radius: 5px;
  background: color-mix(in srgb, var(--jf-card) 88%, transparent);
  cursor: crosshair;
  touch-action: none;
}
.jf-tooltip {
  position: absolute;
  z-index: 3;
  max-width: 320px;
  padding: 6px 10px;
  border: 1px solid var(--jf-rim);
  border-radius: 6px;
  background: var(--jf-card);
  box-shadow: 0 4px 14px rgb(15 23 42 / 16%);
  font-size: 12px;
  line-height: 1.45;
  overflow-wrap: anywhere;
  pointer-events: none;
}
.jf-tooltip b {
  font-weight: 600;
}
.jf-tooltip i {
  display: block;
  color: var(--jf-muted);
  font-size: 11px;
}
.jf-tooltip i:empty {
  display: none;
}
.jf-folds {
  position: absolute;
  top: 8px;
  left: 8px;
  display: flex;
  flex-wrap: wrap;
  gap: 4px;
}
.jf-folds .jf-tool {
  border-radius: 13px !important;
  box-shadow: 0 1px 3px rgb(15 23 42 / 10%);
}
.jf-key {
  display: flex;
  flex-wrap: wrap;
  align-items: center;
  gap: 3px 14px;
  min-height: 30px;
  padding: 5px 12px;
  border-top: 1px solid var(--jf-rim);
  color: var(--jf-muted);
  font-size: 11px;
}
.jf-entry {
  display: inline-flex;
  align-items: center;
  gap: 5px;
  white-space: nowrap;
}
.jf-entry .jf-mark {
  width: 13px;
  height: 13px;
}
.jf-executor {
  padding: 1px 8px 1px 6px;
  border-radius: 9px;
  background: color-mix(in srgb, var(--l) 13%, transparent);
  color: var(--jf-ink);
}
.jf-dark .jf-executor {
  background: color-mix(in srgb, var(--d) 20%, transparent);
}
.jf-executor i {
  width: 6px;
  height: 6px;
  border-radius: 50%;
  background: var(--l);
}
.jf-times span {
  display: inline-flex;
}
.jf-times i {
  width: 16px;
  height: 11px;
  background: var(--l);
  outline: 0.5px solid var(--jf-rim);
}
.jf-dark :is(.jf-executor, .jf-times) i {
  background: var(--d);
}

.jf-middle > .jf-details {
  flex: 0 1 400px;
  min-width: 280px;
  min-height: 340px;
  contain: size; /* as tall as the graph: a node must not move away from under the pointer that selects it */
  overflow: auto;
  border-left: 1px solid var(--jf-rim);
}
.jf-below > .jf-pane {
  max-height: 420px;
  border-top: 1px solid var(--jf-rim);
}
@container (max-width: 899px) {
  .jf-middle {
    flex-direction: column;
  }
  .jf-middle > .jf-details {
    flex: none;
    min-width: 0;
    max-height: 480px;
    contain: none;
    border-top: 1px solid var(--jf-rim);
    border-left: none;
  }
}
.jf-lost .jf-plot {
  filter: grayscale(1);
  opacity: 0.7;
}
@media (prefers-reduced-motion: reduce) {
  .jf-view * {
    transition: none !important;
  }
}
`,""]),r.d(a,{},{A:n})},21(e,a,r){var t=r(19),o=r.n(t),i=r(20),n=r.n(i),f=r(22),d=r(23),l=n()(o());l.i(f.A),l.i(d.A),l.push([e.id,`/* The widget: the view. Its panes bring their own. */
`,""]),r.d(a,{},{A:l})},20(e){e.exports=function(e){var a=[];return a.toString=function(){return this.map(function(a){var r="",t=void 0!==a[5];return a[4]&&(r+="@supports (".concat(a[4],") {")),a[2]&&(r+="@media ".concat(a[2]," {")),t&&(r+="@layer".concat(a[5].length>0?" ".concat(a[5]):""," {")),r+=e(a),t&&(r+="}"),a[2]&&(r+="}"),a[4]&&(r+="}"),r}).join("")},a.i=function(e,r,t,o,i){"string"==typeof e&&(e=[[null,e,void 0]]);var n={};if(t)for(var f=0;f<this.length;f++){var d=this[f][0];null!=d&&(n[d]=!0)}for(var l=0;l<e.length;l++){var p=[].concat(e[l]);t&&n[p[0]]||(void 0!==i&&(void 0===p[5]||(p[1]="@layer".concat(p[5].length>0?" ".concat(p[5]):""," {").concat(p[1],"}")),p[5]=i),r&&(p[2]&&(p[1]="@media ".concat(p[2]," {").concat(p[1],"}")),p[2]=r),o&&(p[4]?(p[1]="@supports (".concat(p[4],") {").concat(p[1],"}"),p[4]=o):p[4]="".concat(o)),a.push(p))}},a}},19(e){e.exports=function(e){return e[1]}},12(e){var a=[];function r(e){for(var r=-1,t=0;t<a.length;t++)if(a[t].identifier===e){r=t;break}return r}function t(e,t){for(var o={},i=[],n=0;n<e.length;n++){var f=e[n],d=t.base?f[0]+t.base:f[0],l=o[d]||0,p="".concat(d," ").concat(l);o[d]=l+1;var s=r(p),j={css:f[1],media:f[2],sourceMap:f[3],supports:f[4],layer:f[5]};if(-1!==s)a[s].references++,a[s].updater(j);else{var c=function(e,a){var r=a.domAPI(a);return r.update(e),function(a){a?(a.css!==e.css||a.media!==e.media||a.sourceMap!==e.sourceMap||a.supports!==e.supports||a.layer!==e.layer)&&r.update(e=a):r.remove()}}(j,t);t.byIndex=n,a.splice(n,0,{identifier:p,updater:c,references:1})}i.push(p)}return i}e.exports=function(e,o){var i=t(e=e||[],o=o||{});return function(e){e=e||[];for(var n=0;n<i.length;n++){var f=r(i[n]);a[f].references--}for(var d=t(e,o),l=0;l<i.length;l++){var p=r(i[l]);0===a[p].references&&(a[p].updater(),a.splice(p,1))}i=d}}},14(e){var a={};e.exports=function(e,r){var t=function(e){if(void 0===a[e]){var r=document.querySelector(e);if(window.HTMLIFrameElement&&r instanceof window.HTMLIFrameElement)try{r=r.contentDocument.head}catch(e){r=null}a[e]=r}return a[e]}(e);if(!t)throw Error("Couldn't find a style target. This probably means that the value for the 'insert' parameter is invalid.");t.appendChild(r)}},16(e){e.exports=function(e){var a=document.createElement("style");return e.setAttributes(a,e.attributes),e.insert(a,e.options),a}},15(e,a,r){e.exports=function(e){var a=r.nc;a&&e.setAttribute("nonce",a)}},13(e){e.exports=function(e){if("u"<typeof document)return{update:function(){},remove:function(){}};var a=e.insertStyleElement(e);return{update:function(r){var t,o,i;t="",r.supports&&(t+="@supports (".concat(r.supports,") {")),r.media&&(t+="@media ".concat(r.media," {")),(o=void 0!==r.layer)&&(t+="@layer".concat(r.layer.length>0?" ".concat(r.layer):""," {")),t+=r.css,o&&(t+="}"),r.media&&(t+="}"),r.supports&&(t+="}"),(i=r.sourceMap)&&"u">typeof btoa&&(t+="\n/*# sourceMappingURL=data:application/json;base64,".concat(btoa(unescape(encodeURIComponent(JSON.stringify(i))))," */")),e.styleTagTransform(t,a,e.options)},remove:function(){var e;null===(e=a).parentNode||e.parentNode.removeChild(e)}}}},17(e){e.exports=function(e,a){if(a.styleSheet)a.styleSheet.cssText=e;else{for(;a.firstChild;)a.removeChild(a.firstChild);a.appendChild(document.createTextNode(e))}}},11(e,a,r){var t=r(12),o=r.n(t),i=r(13),n=r.n(i),f=r(14),d=r.n(f),l=r(15),p=r.n(l),s=r(16),j=r.n(s),c=r(17),h=r.n(c),x=r(18),u={};u.styleTagTransform=h(),u.setAttributes=p(),u.insert=d().bind(null,"head"),u.domAPI=n(),u.insertStyleElement=j(),o()(x.A,u),x.A&&x.A.locals&&x.A.locals}}]);