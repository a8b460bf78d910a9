import { setImmediate } from 'node:timers/promises';

/**
 * Lets everything run that can run now: promises, and messages between ports of this thread. For what must not happen;
 * wait for what must.
 */
export async function turns(): Promise<void> {
  for (let count = 0; count < 5; count += 1) await setImmediate();
}
