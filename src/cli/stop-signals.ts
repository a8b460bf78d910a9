/**
 * Listens for the signals to stop. SIGHUP is none: see `reload-signal.ts`.
 *
 * @param insist called at the second one: the person does not want to wait.
 * @returns a signal that aborts at the first.
 */
export function watchStopSignals(insist: () => void): AbortSignal {
  const stopping = new AbortController();
  const onSignal = (): void => (stopping.signal.aborted ? insist() : stopping.abort());
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  process.on('SIGBREAK', onSignal); // Windows: Ctrl+Break
  return stopping.signal;
}
