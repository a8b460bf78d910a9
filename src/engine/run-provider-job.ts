import { close, type LoadModelOptions, loadModel, startQVACProvider } from '@qvac/sdk';
import type { ProviderJob } from '../protocol/jobs.js';
import { watchEngineProcess } from './engine-process.js';

/** Makes the function that carries out the jobs of the thread that serves other peers. */
export function createProviderJobRunner(): (job: ProviderJob) => Promise<void> {
  let markExited = (): void => {};
  const exited = new Promise<void>((resolve) => {
    markExited = resolve;
  });
  const sdkProcess = watchEngineProcess(({ type }) => {
    if (type === 'process-exited') markExited();
  });

  return async (job) => {
    switch (job.kind) {
      case 'preload': {
        const { type, source } = job.model;
        // Without its config: the `bare` process has that of what it offers.
        await loadModel({ modelSrc: source, modelType: type } as LoadModelOptions);
        return;
      }
      case 'provide': {
        const { allowedKeys } = job;
        const firewall = allowedKeys && { mode: 'allow' as const, publicKeys: [...allowedKeys] };
        await startQVACProvider(firewall ? { firewall } : {});
        return;
      }
      case 'wait':
        return exited;
      case 'close':
        // At once: the SDK waits for the process, which hears nothing while it loads a model.
        await Promise.all([close(), sdkProcess.ensureExited()]);
        return;
    }
  };
}
