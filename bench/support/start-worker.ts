import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureExited, trackChild } from './children.js';
import type { WorkerStart } from './start-up-child.js';

const CHILD = fileURLToPath(new URL('./start-up-child.js', import.meta.url));
const OWN_ENTRY = fileURLToPath(new URL('../../workers/bare/llamacpp-completion.js', import.meta.url));

/**
 * Starts the SDK's worker in a new Node process and loads a model.
 *
 * @param entry `official` is what the SDK takes without being told: every engine.
 * @throws if it cannot start, as the official one without libvulkan.so.1.
 */
export async function startWorker(
  folder: string,
  modelPath: string,
  entry: 'own' | 'official',
): Promise<WorkerStart> {
  const cwd = await mkdtemp(join(folder, 'w-'));
  const sdkConfig = join(cwd, 'sdk.config.json');
  await writeFile(sdkConfig, '{}'); // named, or the SDK would look for one itself
  const child = fork(CHILD, [modelPath], {
    cwd,
    env: {
      ...process.env,
      TMPDIR: cwd,
      QVAC_CONFIG_PATH: sdkConfig,
      QVAC_WORKER_PATH: entry === 'own' ? OWN_ENTRY : '',
    },
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  trackChild(child);
  const failed = once(child, 'exit').then(() =>
    Promise.reject(new Error(`the ${entry} worker did not start`)),
  );
  try {
    const [start] = (await Promise.race([once(child, 'message'), failed])) as [WorkerStart];
    return start;
  } finally {
    failed.catch(() => {}); // it ends when it has told
    await ensureExited(child);
  }
}
