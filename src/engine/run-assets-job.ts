import { close } from '@qvac/sdk';
import type { CallFailure, DownloadEvent } from '../protocol/events.js';
import type { AssetsJob } from '../protocol/jobs.js';
import { download } from './download.js';
import { watchEngineProcess } from './engine-process.js';
import { runCall } from './run-call.js';

/** Makes the function that carries out the jobs of the thread that downloads. */
export function createAssetsJobRunner(): (job: AssetsJob) => Promise<void> {
  const sdkProcess = watchEngineProcess(() => {}, true);

  return async (job) => {
    switch (job.kind) {
      case 'download':
        return runCall<DownloadEvent | CallFailure>(job.port, (emit, signal) => download(job, emit, signal));
      case 'close':
        await close();
        return sdkProcess.ensureExited();
    }
  };
}
