import type { CallFailure } from '../protocol/events.js';
import type { CallKind, EventOf, ModelJob } from '../protocol/jobs.js';
import { EngineModel } from './engine-model.js';
import { runCall } from './run-call.js';

/** Makes the function that carries out the jobs of a model's thread. It holds the thread's one model. */
export function createModelJobRunner(): (job: ModelJob) => Promise<void> {
  let model: EngineModel | undefined;

  return async (job) => {
    switch (job.kind) {
      case 'load':
        model = new EngineModel(job.spec, (event) => job.port.postMessage(event));
        return model.load(job.wantsLog);
      case 'unload':
        return model?.unload();
      case 'call': {
        const loaded = model;
        if (!loaded) throw new Error('a call came before load');
        return runCall<EventOf<CallKind> | CallFailure>(job.port, (emit, signal) =>
          loaded.run(job.call, emit, signal),
        );
      }
    }
  };
}
