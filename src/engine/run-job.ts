import type { MessagePort } from 'node:worker_threads';
import type { CallFailure, ChatEvent } from '../protocol/events.js';
import type { CallCommand, Job } from '../protocol/jobs.js';
import { EngineModel } from './engine-model.js';

/** Makes the function that carries out a worker thread's jobs. It holds the thread's one model. */
export function createJobRunner(): (job: Job) => Promise<void> {
  let model: EngineModel | undefined;

  return async (job) => {
    switch (job.kind) {
      case 'load':
        model = new EngineModel(job.spec, (event) => job.port.postMessage(event));
        return model.load();
      case 'unload':
        return model?.unload();
      case 'chat': {
        const loaded = model;
        if (!loaded) throw new Error('a call came before load');
        return runCall<ChatEvent | CallFailure>(job.port, (emit, signal) =>
          loaded.chat(job.request, emit, signal),
        );
      }
    }
  };
}

/** Gives a call its port: what it emits goes out, a cancel or the end of the other side aborts it. */
async function runCall<Event>(
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
