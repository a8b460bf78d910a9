import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';

/** Engines that stand still from their start on, so that a load lasts until the test has seen of it what it wants. */
interface HeldEngines {
  /** Environment of the gateway. */
  readonly env: NodeJS.ProcessEnv;
  /** From now on the processes that start stand still. */
  hold(): void;
  /** Resolves with the process id of the first that stands still since {@link hold}. */
  held(): Promise<number>;
  /** Lets those that stand still go on, and others start as ever. */
  release(): void;
}

/** @param folder of the test, for the files by which the gateway's threads are told. */
export function createHeldEngines(folder: string): HeldEngines {
  const order = join(folder, 'engines-are-held');
  const list = join(folder, 'held-engines');
  const script = join(folder, 'hold-engines.mjs');
  // A thread loads a model by what it tells the process: nothing of that has happened when the process is stopped.
  writeFileSync(
    script,
    `import { subscribe } from 'node:diagnostics_channel';
import { appendFileSync, existsSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';
if (!isMainThread) subscribe('child_process', ({ process: child }) => child.once('spawn', () => {
  if (!existsSync(${JSON.stringify(order)})) return;
  child.kill('SIGSTOP');
  appendFileSync(${JSON.stringify(list)}, child.pid + '\\n');
}));`,
  );
  const pids = (): number[] => readFileSync(list, 'utf8').split('\n').filter(Boolean).map(Number);
  return {
    env: { NODE_OPTIONS: `--import=${pathToFileURL(script).href}` },
    hold() {
      writeFileSync(list, '');
      writeFileSync(order, '');
    },
    async held() {
      while (pids().length === 0) await delay(5);
      return pids()[0] as number;
    },
    release() {
      rmSync(order);
      for (const pid of pids()) goOn(pid);
    },
  };
}

function goOn(pid: number): void {
  try {
    process.kill(pid, 'SIGCONT');
  } catch {
    // It has been killed meanwhile, as what stands still for too long is.
  }
}
