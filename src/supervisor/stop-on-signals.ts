import type { GatewayProcess } from './gateway-process.js';

/** What the gateway may take to clean up after the last call has ended. */
const CLEAN_UP_MS = 15_000;

/** What it may take to end when it is told to at once. */
const STOP_NOW_MS = 1_000;

/** What the signals to stop have become. */
export interface StopSignals {
  /** Aborts at the first. */
  readonly stopping: AbortSignal;
  /** Aborts at the second. */
  readonly insisting: AbortSignal;
}

/**
 * Passes the signals on to a gateway process, and kills it if it takes too long to obey.
 *
 * @returns a function that ends this. Call it when the process has ended.
 */
export function stopOnSignals(
  gateway: Pick<GatewayProcess, 'send' | 'kill'>,
  { stopping, insisting }: StopSignals,
  shutdownTimeoutMs: number,
): () => void {
  const timers: NodeJS.Timeout[] = [];
  const killAfter = (ms: number): void => {
    timers.push(setTimeout(() => gateway.kill('did not stop in time'), ms));
  };
  const stop = (): void => {
    gateway.send({ type: 'stop' });
    killAfter(shutdownTimeoutMs + CLEAN_UP_MS);
  };
  const stopNow = (): void => {
    gateway.send({ type: 'stop-now' });
    killAfter(STOP_NOW_MS);
  };
  stopping.addEventListener('abort', stop, { once: true });
  insisting.addEventListener('abort', stopNow, { once: true });
  return () => {
    stopping.removeEventListener('abort', stop);
    insisting.removeEventListener('abort', stopNow);
    for (const timer of timers) clearTimeout(timer);
  };
}
