import { fileURLToPath } from 'node:url';
import { sweepRunFolders } from '../gateway/sweep-run-folders.js';
import { type SuperviseOutcome, supervise } from '../supervisor/supervise.js';
import { createCliLogger } from './cli-logger.js';
import { EXIT } from './exit-codes.js';
import { onReloadSignal } from './reload-signal.js';
import type { ServeOptions } from './serve-options.js';
import { watchStopSignals } from './stop-signals.js';

/** Runs the supervisor, and by it the gateway, until a signal stops it. Returns the exit code. */
export async function runSupervisor(options: ServeOptions): Promise<number> {
  const { log } = await createCliLogger(options);
  const insisting = new AbortController();
  const stopping = watchStopSignals(() => insisting.abort());
  const outcome = await supervise({
    command: {
      entry: fileURLToPath(new URL('main.js', import.meta.url)),
      args: process.argv.slice(2),
    },
    log,
    signals: { stopping, insisting: insisting.signal },
    onReload: onReloadSignal,
    shutdownTimeoutMs: options.shutdownTimeout * 1_000,
  });
  await sweepRunFolders(); // a gateway that was killed could not
  return toExitCode(outcome);
}

function toExitCode(outcome: SuperviseOutcome): number {
  switch (outcome.type) {
    case 'stopped':
      return EXIT.ok;
    case 'stop-failed':
      return EXIT.failure;
    case 'not-started':
      // One that ends by itself has said why.
      if (outcome.end.exitCode === null) process.stderr.write(`error: the gateway ${outcome.end.reason}.\n`);
      return outcome.end.exitCode ?? EXIT.failure;
    case 'crash-loop':
      process.stderr.write(
        `error: the gateway died ${outcome.deaths} times in a row; the last one ${outcome.reason}. The log has more.\n`,
      );
      return EXIT.crashLoop;
  }
}
