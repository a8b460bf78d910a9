import { close, startQVACProvider } from '@qvac/sdk';
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
      case 'provide': {
        const { allowedKeys } = job;
        const firewall = allowedKeys && { mode: 'allow' as const, publicKeys: [...allowedKeys] };
        await startQVACProvider(firewall ? { firewall } : {});
        return;
      }
      case 'wait':
        return exited;
      case 'close':
        await close();
        return sdkProcess.ensureExited();
    }
  };
}
