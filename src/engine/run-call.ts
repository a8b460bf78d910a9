import type { MessagePort } from 'node:worker_threads';
import type { CallCommand } from '../protocol/jobs.js';

/** Gives a call its port: what it emits goes out, a cancel or the end of the other side aborts it. */
export async function runCall<Event>(
  port: MessagePort,
  run: (emit: (event: Event) => void, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const abort = new AbortController();
  port.on('message', ({ type }: CallCommand) => {
    if (type === 'cancel') abort.abort();
  });
  port.on('close', () => abort.abort());
  try {
    await run((event) => port.postMessage(event), abort.signal);
  } finally {
    port.close(); // after what was posted has been delivered
  }
}
