/** Starts the SDK's worker once, loads a model and tells how long both took: `fork(…, [modelPath])`. */
import { subscribe } from 'node:diagnostics_channel';
import { close, heartbeat, loadModel } from '@qvac/sdk';
import { privateBytes } from '../../test/support/private-memory.js';
import { MODEL_CONFIG } from './side.js';

/** What the child sends when it is done. */
export interface WorkerStart {
  /** From the spawn of the `bare` process until it answers. */
  readonly answersMs: number;
  /** From there until a model is loaded. */
  readonly loadMs: number;
  /** Private memory before the model; `undefined` where the system does not tell. */
  readonly bytes: number | undefined;
}

let pid: number | undefined;
subscribe('child_process', (message) => {
  const { process: spawned } = message as { process: NodeJS.EventEmitter & { pid?: number } };
  spawned.once('spawn', () => {
    pid = spawned.pid;
  });
});

const startedAt = performance.now();
await heartbeat();
const answeredAt = performance.now();
const bytes = pid === undefined ? undefined : await privateBytes(pid);
const loadAt = performance.now();
await loadModel({
  modelSrc: process.argv[2] ?? '',
  modelType: 'llamacpp-completion',
  modelConfig: MODEL_CONFIG,
});
const start: WorkerStart = { answersMs: answeredAt - startedAt, loadMs: performance.now() - loadAt, bytes };
process.send?.(start);
await close();
process.exit();
