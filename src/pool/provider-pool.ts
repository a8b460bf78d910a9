import { setTimeout as delay } from 'node:timers/promises';
import type { ProviderJob } from '../protocol/jobs.js';
import type { ModelSpec } from '../protocol/model-spec.js';
import { createWorkerThread } from './worker-thread.js';

/** How long the DHT may take to let a provider in. */
const START_TIMEOUT_MS = 60_000;

/** How long the SDK's process may take to end before its thread is ended all the same. */
const CLOSE_TIMEOUT_MS = 10_000;

/** One provider: a thread that owns one `bare` process, in which other peers load and ask models. */
export class ProviderPool {
  readonly #thread: ReturnType<typeof createWorkerThread<ProviderJob>>;
  readonly #failed: Promise<never>;

  /** @param env what `providerEnv` returned. */
  constructor(env: NodeJS.ProcessEnv) {
    this.#thread = createWorkerThread<ProviderJob>('provider-worker.js', env);
    // A thread that fails at import never settles run(): this event is all there is.
    this.#failed = new Promise((_, reject) => {
      this.#thread.on('error', reject);
    });
    this.#failed.catch(() => {});
  }

  /**
   * Loads a model that is offered, which stays loaded. Call it for one at a time, and before {@link start}: a load blocks the
   * thread that serves the network.
   *
   * @throws Error if it could not be loaded, which says why.
   */
  async preload({ type, source }: ModelSpec): Promise<void> {
    await Promise.race([this.#thread.run({ kind: 'preload', model: { type, source } }), this.#failed]);
  }

  /**
   * Makes the provider reachable. Call it once.
   *
   * @param allowedKeys public keys of the peers that may connect, in lower-case hex; `undefined` lets anyone.
   * @throws Error if it can't be.
   */
  async start(allowedKeys: readonly string[] | undefined): Promise<void> {
    const late = delay(START_TIMEOUT_MS, undefined, { ref: false }).then(() => {
      throw new Error(`no node of the DHT answered within ${START_TIMEOUT_MS / 1000} s`);
    });
    await Promise.race([this.#thread.run({ kind: 'provide', allowedKeys }), this.#failed, late]);
  }

  /** Resolves when its process has ended without being asked to. */
  async ended(): Promise<void> {
    await Promise.race([this.#thread.run({ kind: 'wait' }), this.#failed]).catch(() => {});
  }

  /** Resolves when no thread and no process is left. */
  async close(): Promise<void> {
    const closed = this.#thread.run({ kind: 'close' }).catch(() => {}); // a dead thread has nothing to close
    await Promise.race([closed, delay(CLOSE_TIMEOUT_MS, undefined, { ref: false })]);
    await this.#thread.destroy();
  }
}
