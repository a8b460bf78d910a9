import { effect, signal, untracked } from '@preact/signals';
import { isKeyRefused } from '../api/api-key.js';

const isVisible = signal(document.visibilityState === 'visible');
document.addEventListener('visibilitychange', () => {
  isVisible.value = document.visibilityState === 'visible';
});

/**
 * Runs something again and again while somebody looks at the page and the server lets it in. A browser has six
 * connections to a server for all of its tabs: those that nobody sees must not keep any.
 *
 * @param run is over when it has ended, or when its signal aborts.
 * @param pauseMs between two runs.
 */
export function whileWatched(run: (signal: AbortSignal) => Promise<void>, pauseMs: number): () => void {
  return effect(() => {
    if (!isVisible.value || isKeyRefused.value) return;
    const stop = new AbortController();
    untracked(() => void repeat(run, pauseMs, stop.signal));
    return () => stop.abort();
  });
}

async function repeat(
  run: (signal: AbortSignal) => Promise<void>,
  pauseMs: number,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    await run(signal).catch(() => {}); // what went wrong is told by the status
    await pause(pauseMs, signal);
  }
}

/** Leaves nothing at the signal, which lives as long as the page is looked at. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener('abort', end);
  });
}
