import { expect, test } from 'vitest';
import { modelChannel } from '../src/channel';

test('a channel hears custom messages until it is told to stop', () => {
  const listeners = new Set<(message: unknown) => void>();
  const sent: unknown[] = [];
  const channel = modelChannel({
    get: () => undefined,
    send: content => sent.push(content),
    on: (_event, heard) => listeners.add(heard),
    off: (_event, heard) => listeners.delete(heard)
  });
  const heard: unknown[] = [];
  const stop = channel.listen(message => heard.push(message));
  for (const listener of listeners) listener({ kind: 'found' });
  stop();
  channel.send({ kind: 'close', view: 'a' });
  expect(heard).toEqual([{ kind: 'found' }]);
  expect(sent).toEqual([{ kind: 'close', view: 'a' }]);
  expect(listeners.size).toBe(0);
});
