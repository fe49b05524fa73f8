import type { Graph, Group } from '../protocol';
import { h, type Child } from './dom';
import { clean } from './graph/lettering';

/** The way into sublattices, each step but the last a button that goes back to it. */
export function trail({ crumbs }: Graph, enter: (path: number[]) => void): Child[] {
  const last = crumbs.length - 1;
  return crumbs.map(({ name }, i) => {
    const text = clean(name);
    if (i === last) return h('b', { 'aria-current': last ? 'page' : null }, text);
    const path = crumbs.slice(1, i + 1).map(({ node }) => node!);
    const onclick = (): void => enter(path);
    return [
      h('button', { type: 'button', class: 'jf-link', 'data-key': `crumb ${i}`, onclick }, text),
      h('span', { 'aria-hidden': 'true' }, ' › '),
    ];
  });
}

/** A button for each opened group, which folds it again. */
export function folds({ groups, opened }: Graph, fold: (group: Group) => void): Child[] {
  const families = new Map<number, Group>();
  for (const group of groups) if (group.opened && opened.length) families.set(group.family, group);
  return [...families.values()].map(group => {
    const name = clean(group.name).slice(0, 40);
    const names = { 'aria-label': `Fold ${name}`, 'data-key': `fold ${group.family}` };
    return h('button', { type: 'button', class: 'jf-tool', ...names, onclick: () => fold(group) }, `${name} ✕`);
  });
}
