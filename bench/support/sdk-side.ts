import { type ChildProcess, fork } from 'node:child_process';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BenchModel } from '../models/bench-models.js';
import { ensureExited, trackChild } from './children.js';
import type { SdkCommand, SdkReply } from './sdk-protocol.js';
import { COMPARED_THREADS, type Side, type Timing } from './side.js';

const CHILD = fileURLToPath(new URL('./sdk-child.js', import.meta.url));

/** Bare entries of the two baselines. */
const ENTRIES = {
  /** The SDK as it comes: it looks for new tokens every 100 ms. */
  polling: fileURLToPath(new URL('../bare/polling-completion.js', import.meta.url)),
  /** The gateway's own entry: what is left between this side and the gateway is what the gateway costs. */
  'event-driven': fileURLToPath(new URL('../../workers/bare/llamacpp-completion.js', import.meta.url)),
} as const;

/**
 * Starts a child that loads `model` with the bare SDK.
 *
 * @param folder the bench's own, also for the SDK's temporary files.
 */
export async function startSdk(
  folder: string,
  model: BenchModel,
  entry: keyof typeof ENTRIES,
): Promise<Side> {
  const cwd = await mkdtemp(join(folder, 's-'));
  const sdkConfig = join(cwd, 'sdk.config.json');
  await writeFile(sdkConfig, '{}'); // named, or the SDK would look for one itself
  const child = fork(CHILD, {
    cwd,
    env: {
      ...process.env,
      TMPDIR: cwd,
      QVAC_CONFIG_PATH: sdkConfig,
      QVAC_WORKER_PATH: ENTRIES[entry],
      QVAC_GATEWAY_THREADS: String(COMPARED_THREADS),
    },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'], // the SDK logs to stdout
  });
  trackChild(child);

  const stop = async (): Promise<void> => {
    if (child.connected) {
      await send(child, { kind: 'stop' }).catch(() => {}); // what it says no longer matters
      if (child.connected) child.disconnect();
    }
    await ensureExited(child);
  };
  try {
    await send(child, { kind: 'load', modelPath: model.path });
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    async ask(call) {
      const timing = await send(child, { kind: 'ask', ...call });
      if (!timing) throw new Error('the SDK child answered without a timing');
      return timing;
    },
    stop,
  };
}

function send(child: ChildProcess, command: SdkCommand): Promise<Timing | undefined> {
  return new Promise((resolve, reject) => {
    const onExit = (): void => reject(new Error(`the SDK child ended during '${command.kind}'`));
    child.once('exit', onExit);
    child.once('message', (reply: SdkReply) => {
      child.off('exit', onExit);
      if (reply.ok) resolve(reply.timing);
      else reject(new Error(`${command.kind}: ${reply.reason}`));
    });
    child.send(command);
  });
}
