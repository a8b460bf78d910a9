import { Piscina } from 'piscina';

/** More calls than a thread ever gets: admission happens before. */
const CALLS_PER_THREAD = 1_000;

/**
 * A piscina pool of exactly one thread, started by its first job and never replaced: a new incarnation is a new pool,
 * for piscina itself would respawn a dead thread at once and for ever.
 *
 * @param entry file name of the compiled entry in `workers/`.
 * @param env environment of the thread and of the process that it spawns.
 */
export function createWorkerThread<Job>(entry: string, env: NodeJS.ProcessEnv): Piscina<Job, void> {
  return new Piscina<Job, void>({
    filename: new URL(`../../workers/${entry}`, import.meta.url).href,
    env,
    minThreads: 0,
    maxThreads: 1,
    idleTimeout: Number.POSITIVE_INFINITY,
    concurrentTasksPerWorker: CALLS_PER_THREAD,
    atomics: 'disabled', // the default blocks the idle thread's event loop, and the SDK's socket lives on it
    recordTiming: false,
    workerHistogram: false,
  });
}
