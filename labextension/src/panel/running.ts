import type { IRunningSessionManagers, IRunningSessions } from '@jupyterlab/running';
import { runIcon } from '@jupyterlab/ui-components';
import { Signal } from '@lumino/signaling';
import { isRunning } from '../view/text';
import type { Link } from './link';
import type { Links } from './links';

/** Dispatches among the things that run: what stops them is Cancel. */
export function addRunning(managers: IRunningSessionManagers, links: Links, show: (link: Link, id: string) => void): void {
  const owner = {};
  const changed = new Signal<object, void>(owner);
  let known = '';
  const at = (): IRunningSessions.IRunningItem[] =>
    links.all.flatMap(([, link]) =>
      running(link).map(({ dispatch, name, state }) => ({
        icon: () => runIcon,
        label: () => name,
        labelTitle: () => `Dispatch ${dispatch}`,
        detail: () => state.text,
        open: () => show(link, dispatch),
        shutdown: () => link.send({ kind: 'cancel_dispatch', dispatch })
      }))
    );
  links.onChange(() => {
    const now = JSON.stringify(links.all.map(([, link]) => running(link).map(({ dispatch }) => dispatch)));
    if (now !== known) changed.emit();
    known = now;
  });
  managers.add({
    name: 'Flow dispatches',
    running: at,
    shutdownAll: () => cancelAll(links.all.map(([, link]) => link)),
    refreshRunning: () => changed.emit(),
    runningChanged: changed,
    shutdownLabel: 'Cancel',
    shutdownAllLabel: 'Cancel All',
    shutdownAllConfirmationText: 'Cancel all dispatches that run in open notebooks?'
  });
}

/** Cancel all that runs in these kernels; what runs in others is theirs. */
export function cancelAll(links: readonly Link[]): void {
  for (const link of links)
    for (const { dispatch } of running(link)) link.send({ kind: 'cancel_dispatch', dispatch });
}

function running(link: Link): { dispatch: string; name: string; state: { text: string } }[] {
  return (link.panel?.dispatches ?? []).filter(({ state, here }) => here && isRunning(state.status));
}
